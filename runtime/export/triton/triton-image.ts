/**
 * A Triton whose ONNX Runtime reads what is compiled here: ONNX's operators of version 24, from 1.24 on, which Triton has
 * since 26.02. (docs/introduction/compatibility.md of triton-inference-server/server says which release has which.)
 */
export const TRITON_IMAGE = 'nvcr.io/nvidia/tritonserver:26.07-py3';

/** The ONNX Runtime of that Triton. */
export const TRITON_RUNTIME = '1.27.0';

/** Operators that a target of this project lowers to and that this ONNX Runtime has not, as the manifest names them. */
export const NOT_IN_TRITON: readonly string[] = ['com.microsoft.GatedAdd'];

/** What the Python model imports. */
export const PYTHON_PACKAGES = 'numpy pillow tokenizers';

/** The image of KServe's pods, which install nothing when they start. */
export function dockerfile(): string {
  return `# Triton with what the Python model imports: docker build -t REGISTRY/flamingo-triton .
FROM ${TRITON_IMAGE}
RUN pip install --no-cache-dir ${PYTHON_PACKAGES}
`;
}
