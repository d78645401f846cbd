/** Of onnxruntime-web's files, which lie in one folder, those that a page loads: what is imported, and its WebAssembly. */
export const ONNX_RUNTIME_FILES = {
  wasm: {
    module: 'ort.wasm.min.mjs',
    wasm: 'ort-wasm-simd-threaded.wasm',
    glue: 'ort-wasm-simd-threaded.mjs',
  },
  webgpu: {
    module: 'ort.webgpu.min.mjs',
    wasm: 'ort-wasm-simd-threaded.asyncify.wasm',
    glue: 'ort-wasm-simd-threaded.asyncify.mjs',
  },
} as const;
