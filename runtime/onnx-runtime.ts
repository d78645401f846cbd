/** ONNX Runtime, without its telemetry. Every other file imports it from here. */
import './telemetry.ts';

export { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
