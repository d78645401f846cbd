import { TRITON_IMAGE } from './triton-image.ts';

/** What a service must have. */
export interface ServiceFacts {
  /** Of the model. */
  readonly name: string;
  /** Cards that the graphs ask for; 0: they run on the CPU. */
  readonly gpus: number;
  /** Bytes of the weights that the graphs load, all together. */
  readonly bytes: number;
  /** Whether there is a model in Python, which needs packages that Triton has not. */
  readonly hasPython: boolean;
}

const GIBIBYTE = 2 ** 30;

/**
 * A KServe `InferenceService` (serving.kserve.io/v1beta1) that serves the repository by KServe's runtime for Triton, over
 * the v2 protocol. That runtime's own image is of a Triton that reads no operators of today, and its memory is 2 GiB: both
 * are said here, and the shared memory that Python models pass tensors through, of which a pod has 64 MB.
 */
export function inferenceService({ name, gpus, bytes, hasPython }: ServiceFacts): string {
  // The weights as they lie and as ONNX Runtime has laid them out, and what is computed.
  const memory = `${Math.ceil((2 * bytes) / GIBIBYTE) + 4}Gi`;
  const resources = ['cpu: "4"', `memory: ${memory}`, ...(gpus > 0 ? [`nvidia.com/gpu: "${gpus}"`] : [])];
  const list = resources.map((each) => `          ${each}`).join('\n');
  const image = hasPython
    ? `      # What the Dockerfile beside this makes.
      image: REGISTRY/flamingo-triton`
    : `      image: ${TRITON_IMAGE}`;
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: ${kubernetesName(name)}
spec:
  predictor:
    model:
      modelFormat:
        name: triton
      runtime: kserve-tritonserver
      protocolVersion: v2
${image}
      # Where the folder models/ of this repository lies: a volume, or an address such as s3://bucket/models.
      storageUri: pvc://models/${kubernetesName(name)}
      resources:
        requests:
${list}
        limits:
${list}
      volumeMounts:
        - name: shared-memory
          mountPath: /dev/shm
    volumes:
      - name: shared-memory
        emptyDir:
          medium: Memory
          sizeLimit: 1Gi
`;
}

/** Lower-case letters, digits and dashes, at most 63 characters, the first a letter, as names of services are (RFC 1035). */
function kubernetesName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+/g, '')
    .slice(0, 63)
    .replaceAll(/-+$/g, '');
  return plain || 'flamingo';
}
