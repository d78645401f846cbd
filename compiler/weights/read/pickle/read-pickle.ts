import { STEPS, STOP } from './opcodes.ts';
import { PickleInput } from './pickle-input.ts';
import { PickleMachine } from './pickle-machine.ts';
import { PickleProblem } from './pickle-problem.ts';
import type { PickleValue } from './values.ts';

/**
 * Reads a pickle as plain data: the opcodes of protocols 0 to 5 that Python and PyTorch write for dictionaries, lists,
 * numbers, texts and tensors. A name it asks for is looked up in a table of descriptions (`globals.ts`); every other
 * name is refused. Nothing is imported, called or executed.
 *
 * @throws PickleProblem in words that complete "FILE cannot be read: …"
 * @see Python's `pickletools`, and `torch/serialization.py` for the persistent ids of storages
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  const input = new PickleInput(bytes);
  const machine = new PickleMachine();
  for (;;) {
    const code = input.byte();
    if (code === STOP) return machine.pop();
    const step = STEPS.get(code);
    if (step === undefined) {
      const shown = code > 32 && code < 127 ? `'${String.fromCharCode(code)}'` : `0x${code.toString(16)}`;
      throw new PickleProblem(`its pickle has the opcode ${shown}, which is not understood`);
    }
    step(machine, input);
  }
}
