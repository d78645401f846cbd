/**
 * A KServe `InferenceService` (serving.kserve.io/v1beta1) that serves the repository by KServe's runtime for Triton, over
 * the v2 protocol.
 *
 * @param name of the model
 * @param isCuda whether its graphs ask for a GPU
 */
export function inferenceService(name: string, isCuda: boolean): string {
  const resources = isCuda ? 'nvidia.com/gpu: "1"' : 'cpu: "4"';
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: ${kubernetesName(name)}
spec:
  predictor:
    model:
      modelFormat:
        name: triton
      protocolVersion: v2
      # Where the folder models/ of this repository lies: a volume, or an address such as s3://bucket/models.
      storageUri: pvc://models/${kubernetesName(name)}
      resources:
        limits:
          ${resources}
`;
}

/** Lower-case letters, digits and dashes, at most 63 characters, as names of Kubernetes are (RFC 1123). */
function kubernetesName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return plain || 'flamingo';
}
