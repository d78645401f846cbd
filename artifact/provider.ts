/** The execution providers of ONNX Runtime that this project's runtime starts. */
export const PROVIDERS = ['cpu', 'cuda', 'webgpu'] as const;

/** Where graphs run. */
export type Provider = (typeof PROVIDERS)[number];
