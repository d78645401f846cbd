/** What ONNX Runtime says where a tensor does not fit a device: more storage buffers than a shader may have, or none at all, or a buffer is larger than it has. */
const TOO_LARGE =
  /storage buffers in shader|Invalid Buffer|OUT_OF_DEVICE_MEMORY|out of memory|Failed to (?:create|allocate)|exceeds? .*(?:limit|max)/i;

/** Whether a failure on WebGPU, in Node or in a page, is for want of the device's memory. */
export function isForWantOfMemory(reason: string): boolean {
  return TOO_LARGE.test(reason);
}
