import { plain } from '../../../artifact/quoted.ts';
import { UserError } from '../../../artifact/user-error.ts';

/** What PEFT calls the factors of a low-rank adapter. */
const FACTOR = /(^|\.)lora_(A|B|embedding_A|embedding_B|magnitude_vector)(\.|$)/;

/**
 * Says of the factors of an adapter, which no parameter of the model took, how the model gets them. A model of an
 * author's own may have parameters of such names: those are weights like any other.
 *
 * @param unexpected tensors that the model does not have, by name, with the file of each
 * @throws UserError for a factor of an adapter among them
 */
export function refuseAdapterFactors(unexpected: ReadonlyMap<string, string>): void {
  for (const [name, path] of unexpected) {
    if (!FACTOR.test(name)) continue;
    throw new UserError(
      `${path} has ${plain(name)}, a factor of a LoRA adapter, which is not added to the weights here; add it with PEFT's merge_and_unload(), save the model, and give that.`,
    );
  }
}
