import { listed } from '../../../../artifact/quoted.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { PickleProblem } from './pickle-problem.ts';
import { isKind, type PickleDictionary, type PickleTensor, type PickleValue } from './values.ts';

export interface NamedTensor {
  readonly name: string;
  readonly tensor: PickleTensor;
}

/** Where training programs keep the weights in a checkpoint that also has an epoch, an optimizer, … */
const WRAPPERS = ['model_state_dict', 'state_dict', 'model', 'module', 'model_state', 'weights'];

/**
 * The tensors of a checkpoint by name: those of a state dict, of the state dict under one of the usual names, or of
 * the modules of a TorchScript archive (`visual` > `conv1` > `weight` is `visual.conv1.weight`). What else the
 * checkpoint has (an optimizer's state, an epoch) is left where it is, unread.
 *
 * @returns notes: a clause each, of what was left aside
 * @throws PickleProblem when there are no tensors
 */
export function stateDictionary(root: PickleValue): {
  readonly tensors: readonly NamedTensor[];
  readonly notes: readonly string[];
} {
  const dictionary = isKind('dictionary', root) ? root : undefined;
  if (dictionary === undefined)
    throw new PickleProblem(
      'it holds no dictionary of tensors; save the weights with torch.save(model.state_dict(), …)',
    );
  const direct = flatten(dictionary, false);
  if (direct.length > 0) return { tensors: direct, notes: [] };
  const keys = [...dictionary.entries.keys()].map(described);
  for (const wrapper of WRAPPERS) {
    const inner = dictionary.entries.get(wrapper);
    if (!isKind('dictionary', inner)) continue;
    const tensors = flatten(inner, false);
    if (tensors.length === 0) continue;
    const others = keys.filter((key) => key !== wrapper);
    const aside = others.length === 0 ? '' : `, and ${listed(others)} left aside`;
    return { tensors, notes: [`the weights are those of '${wrapper}'${aside}.`] };
  }
  const nested = flatten(dictionary, true);
  if (nested.length > 0) return { tensors: nested, notes: [] };
  throw new PickleProblem(
    `it holds no tensors under names, only ${listed(keys) || 'nothing'}; save the weights with torch.save(model.state_dict(), …)`,
  );
}

/** A key as a sentence can name it: what is neither text nor number has no name. */
function described(key: PickleValue): string {
  return typeof key === 'object' ? 'a key that is no text' : String(key);
}

function flatten(root: PickleDictionary, nested: boolean): readonly NamedTensor[] {
  const found: NamedTensor[] = [];
  const within = new Set<PickleDictionary>();
  // A dictionary may stand in very many places. One that holds no tensor need be looked at in one of them only.
  const barren = new Set<PickleDictionary>();
  const visit = (dictionary: PickleDictionary, prefix: string): void => {
    if (barren.has(dictionary)) return;
    if (within.has(dictionary)) throw new PickleProblem('a dictionary of it contains itself');
    if (within.size >= LIMITS.dictionaryDepth.most)
      throw new PickleProblem(
        `its dictionaries are nested deeper than the ${LIMITS.dictionaryDepth.most} levels that are read`,
      );
    within.add(dictionary);
    const before = found.length;
    for (const [key, value] of dictionary.entries) {
      if (typeof key !== 'string') continue;
      const name = prefix + key;
      if (isKind('tensor', value)) found.push({ name, tensor: value });
      else if (isKind('dictionary', value) && (nested || value.module)) visit(value, `${name}.`);
      else continue;
      if (name.length > LIMITS.tensorName.most)
        throw new PickleProblem(
          `it has a tensor's name of more than the ${LIMITS.tensorName.most} characters that are read`,
        );
      if (found.length > LIMITS.tensors.most)
        throw new PickleProblem(`it names more than the ${LIMITS.tensors.most} tensors that are read`);
    }
    within.delete(dictionary);
    if (found.length === before) barren.add(dictionary);
  };
  visit(root, '');
  return found;
}
