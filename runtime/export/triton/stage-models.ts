import type { LanguageManifest } from '../../../artifact/manifest.ts';
import { instanceGroups, type Placement } from './instance-groups.ts';
import type { EnsembleStep, ModelConfig, TritonPort } from './model-config.ts';
import { tritonPort } from './ports.ts';
import type { RepositoryModel } from './repository-model.ts';

/** Each stage on a device of its own, and the ensemble that passes on what they carry. */
export function stageModels(
  name: string,
  manifest: LanguageManifest,
  stages: readonly string[],
  options: Placement,
): readonly RepositoryModel[] {
  const { gpus } = options;
  const models = stages.map((stage, index): RepositoryModel => {
    const graph = manifest.graphs[stage];
    if (graph === undefined) throw new Error(`the stage ${stage} is not there`);
    const gpu = gpus?.[index % gpus.length];
    return {
      graph: stage,
      config: {
        name: `${name}-${stage}`,
        backend: 'onnxruntime',
        max_batch_size: 0,
        default_model_filename: graph.file,
        input: graph.inputs.map(tritonPort),
        output: graph.outputs.map(tritonPort),
        instance_group: instanceGroups(manifest, { ...options, gpus: [gpu ?? index] }),
      },
    };
  });
  const given = new Set(models.flatMap(({ config }) => config.output.map((port) => port.name)));
  const taken = new Set(models.flatMap(({ config }) => config.input.map((port) => port.name)));
  const unique = (ports: readonly TritonPort[]) => [
    ...new Map(ports.map((port) => [port.name, port])).values(),
  ];
  const same = (ports: readonly TritonPort[]) => ports.map((port) => ({ key: port.name, value: port.name }));
  const ensemble: ModelConfig = {
    name: `${name}-language`,
    platform: 'ensemble',
    max_batch_size: 0,
    input: unique(models.flatMap(({ config }) => config.input)).filter((port) => !given.has(port.name)),
    output: models.flatMap(({ config }) => config.output).filter((port) => !taken.has(port.name)),
    ensemble_scheduling: {
      step: models.map(
        ({ config }): EnsembleStep => ({
          model_name: config.name,
          model_version: -1,
          input_map: same(config.input),
          output_map: same(config.output),
        }),
      ),
    },
  };
  return [...models, { config: ensemble }];
}
