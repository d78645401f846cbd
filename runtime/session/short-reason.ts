/** Where in its source ONNX Runtime stood, with the signature of the function: a dozen words before those that say something. */
const PLACE =
  /(?:\/|[A-Z]:\\)\S+\.(?:cc|cu|h|cuh):\d+ .*?(?=(?:CUDA|CUBLAS|CUDNN|CURAND|CUFFT) failure|Failed to allocate|Available memory|$)/gs;

/** What was called there, on which machine. */
const CALL = / ; GPU=.*$/s;

const NODE = /Non-zero status code returned while running (\w+) node\. Name:'([^']*)' Status Message: /;

/** What ONNX Runtime says of a failure, without where in its own source that was; on one line, without a full stop. */
export function shortReason(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  if (!/ failure \d+: |Failed to allocate memory|Available memory of/.test(line)) return line;
  const short = line
    .replace(/^\[ONNXRuntimeError\] : \d+ : \w+ : /, '')
    .replace(NODE, "$1 node '$2': ")
    .replaceAll(PLACE, '')
    .replace(/\S*BFCArena::AllocateRawInternal(?:\([^)]*\))? /g, '')
    .replace(CALL, '')
    .trim();
  return short === '' ? line : short;
}
