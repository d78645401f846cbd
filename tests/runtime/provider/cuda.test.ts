import assert from 'node:assert/strict';
import { cuda } from '../../../runtime/provider/cuda.ts';
import { sessionRefusal } from '../../../runtime/session/session-refusal.ts';
import { shortReason } from '../../../runtime/session/short-reason.ts';

const CALL =
  '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:122 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] ';
const TWICE = `${CALL}${CALL.replace('122', '114')}`;
const PLACE =
  ' ; GPU=0 ; hostname=vm ; file=/onnxruntime_src/x.cc ; line=336 ; expr=cudaSetDevice(info_.device_id);';

/** As people met them: microsoft/onnxruntime issues 9939, 16307, 22702, 16512, hacksider/Deep-Live-Cam 584 and 645, onnxruntime/mobius 316. */
const TOO_LARGE: Readonly<Record<string, string>> = {
  "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running FusedMatMul node. Name:'MatMul_92_FusedMatMulAndScale' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:331 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Failed to allocate memory for requested buffer of size 8388608000":
    "FusedMatMul node 'MatMul_92_FusedMatMulAndScale': Failed to allocate memory for requested buffer of size 8388608000",
  'Non-zero status code returned while running ReduceSum node. onnxruntime::BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 939524096':
    'Non-zero status code returned while running ReduceSum node. Failed to allocate memory for requested buffer of size 939524096',
  "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node. Name:'/fc1/Conv' Status Message: \n/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*, bool, onnxruntime::WaitNotificationFn) Failed to allocate memory for requested buffer of size 13111296":
    "Conv node '/fc1/Conv': Failed to allocate memory for requested buffer of size 13111296",
  'D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cuda\\cuda_call.cc:121 onnxruntime::CudaCall D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cuda\\cuda_call.cc:114 onnxruntime::CudaCall CUDA failure 2: out of memory ; GPU=0 ; hostname=DESKTOP ; file=D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cuda\\cuda_stream_handle.cc ; line=175 ; expr=cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);':
    'CUDA failure 2: out of memory',
  [`${TWICE}CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED${PLACE}`]:
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED',
  [`${TWICE}CUBLAS failure 3: the resource allocation failed${PLACE}`]:
    'CUBLAS failure 3: the resource allocation failed',
};

describe('what is said of CUDA', () => {
  for (const [message, short] of Object.entries(TOO_LARGE))
    it(`of too little memory on the card: ${short}`, () => {
      const reason = shortReason(message);
      assert.equal(reason, short);
      assert.match(
        cuda.whyNotRun(reason) ?? '',
        /^the card has too little memory for it: .*'--precision int4'/,
      );
      const { message: sentence } = sessionRefusal('language.onnx', cuda, new Error(message));
      assert.equal(
        sentence,
        `Provider 'cuda' does not start (${short}): the card has too little memory for it: give it less at once, compile the model with '--precision int4', or use provider 'cpu'.`,
      );
    });

  it('of a driver that is too old, and of one that finds no card', () => {
    const said = (what: string) =>
      sessionRefusal('language.onnx', cuda, new Error(`${TWICE}${what}${PLACE}`)).message;
    assert.equal(
      said('CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version'),
      "Provider 'cuda' does not start (CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version): the NVIDIA driver is older than the CUDA that ONNX Runtime's library is built for: install a newer one, or 'npx flamingo install cuda', which fetches the library for the CUDA that this one runs.",
    );
    assert.match(
      said('CUDA failure 100: no CUDA-capable device is detected'),
      /^Provider 'cuda' does not start \(CUDA failure 100: no CUDA-capable device is detected\): 'npx flamingo doctor --provider cuda' says which/,
    );
  });

  it('of what has nothing to do with it, whole', () => {
    const other =
      "Non-zero status code returned while running Reshape node. Name:'r' Status Message: the shapes differ.";
    assert.equal(shortReason(other), other.slice(0, -1));
    assert.equal(cuda.whyNotRun(shortReason(other)), undefined);
    assert.match(
      sessionRefusal('a.onnx', cuda, new Error('Protobuf parsing failed.')).message,
      /^ONNX Runtime refuses a\.onnx \(Protobuf parsing failed\): compile/,
    );
  });
});
