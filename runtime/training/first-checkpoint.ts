import type { TrainingPlan } from '../../artifact/training-plan.ts';
import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { checkpointMetadata } from './checkpoints.ts';
import { TrainingState } from './training-state.ts';

/** Writes the checkpoint that a run begins with: first values, and moments of zero. */
export async function writeFirstCheckpoint(
  path: string,
  { trained, identity }: TrainingPlan,
  initial: (name: string) => Promise<Float32Array>,
): Promise<void> {
  const state = new TrainingState(trained);
  for (const { name } of trained) state.begin(name, await initial(name));
  const facts = { step: 0, identity, best: null, digest: state.digest() };
  await writeSafetensors(path, state.checkpoint(), checkpointMetadata(facts));
}
