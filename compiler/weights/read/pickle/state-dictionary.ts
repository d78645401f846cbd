import { PickleProblem } from './pickle-problem.ts';
import { isKind, type PickleDictionary, type PickleTensor, type PickleValue } from './values.ts';

export interface NamedTensor {
  readonly name: string;
  readonly tensor: PickleTensor;
}

/** Where training programs keep the weights in a checkpoint that also has an epoch, an optimizer, … */
const WRAPPERS = ['model_state_dict', 'state_dict', 'model', 'module', 'model_state', 'weights'];

/** Deeper nesting than any model's; a module that contains itself would have no end. */
const DEEPEST = 64;

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
  const keys = [...dictionary.entries.keys()].map(String);
  for (const wrapper of WRAPPERS) {
    const inner = dictionary.entries.get(wrapper);
    if (!isKind('dictionary', inner)) continue;
    const tensors = flatten(inner, false);
    if (tensors.length === 0) continue;
    const others = keys.filter((key) => key !== wrapper);
    const aside = others.length === 0 ? '' : `, and ${others.join(', ')} left aside`;
    return { tensors, notes: [`the weights are those of '${wrapper}'${aside}.`] };
  }
  const nested = flatten(dictionary, true);
  if (nested.length > 0) return { tensors: nested, notes: [] };
  throw new PickleProblem(
    `it holds no tensors under names, only ${keys.slice(0, 10).join(', ') || 'nothing'}; save the weights with torch.save(model.state_dict(), …)`,
  );
}

function flatten(root: PickleDictionary, nested: boolean): readonly NamedTensor[] {
  const found: NamedTensor[] = [];
  const within = new Set<PickleDictionary>();
  const visit = (dictionary: PickleDictionary, prefix: string): void => {
    if (within.size > DEEPEST || within.has(dictionary))
      throw new PickleProblem('a dictionary of it contains itself');
    within.add(dictionary);
    for (const [key, value] of dictionary.entries) {
      if (typeof key !== 'string') continue;
      if (isKind('tensor', value)) found.push({ name: prefix + key, tensor: value });
      else if (isKind('dictionary', value) && (nested || value.module)) visit(value, `${prefix}${key}.`);
      if (found.length > MOST_TENSORS) throw new PickleProblem('it names more tensors than a model can have');
    }
    within.delete(dictionary);
  };
  visit(root, '');
  return found;
}

/** A dictionary may stand in several places: this bounds what such a pickle can unfold to. */
const MOST_TENSORS = 1_000_000;
