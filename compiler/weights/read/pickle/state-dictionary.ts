import { listed, quoted } from '../../../../artifact/quoted.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { PickleProblem } from './pickle-problem.ts';
import { isKind, type PickleDictionary, type PickleTensor, type PickleValue } from './values.ts';

export interface NamedTensor {
  readonly name: string;
  readonly tensor: PickleTensor;
}

/** Where training programs keep the weights in a checkpoint that also has an epoch, an optimizer, … */
const WRAPPERS = ['model_state_dict', 'state_dict', 'model', 'module', 'model_state', 'weights', 'state'];

/** What every file of DeepSpeed's has. */
const DEEP_SPEED = 'ds_version';

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
  const isDeepSpeed = dictionary.entries.has(DEEP_SPEED);
  const wrapped = withinWrapper(dictionary);
  // A few tensors beside a state dict are a state of random numbers, a best loss.
  if (direct.length > (wrapped?.tensors.length ?? 0)) return { tensors: direct, notes: [] };
  if (wrapped !== undefined) {
    const { tensors } = wrapped;
    if (isDeepSpeed && tensors.every(({ tensor }) => tensor.shape.includes(0))) {
      throw new PickleProblem(
        `its ${tensors.length} tensors are empty, as DeepSpeed leaves them where several processes have the weights in shards (ZeRO stage 3); join them by its zero_to_fp32.py and give what that writes`,
      );
    }
    return wrapped;
  }
  const keys = keysOf(dictionary);
  if (isDeepSpeed) {
    throw new PickleProblem(
      `it holds no weights, but what DeepSpeed keeps beside them (${listed(keys)}); give its mp_rank_…_model_states.pt, or what its zero_to_fp32.py writes`,
    );
  }
  const nested = flatten(dictionary, true);
  if (nested.length > 0) return { tensors: nested, notes: [] };
  throw new PickleProblem(
    `it holds no tensors under names, only ${listed(keys) || 'nothing'}; save the weights with torch.save(model.state_dict(), …)`,
  );
}

/** The state dict under one of the usual names; one program may have saved what another one had. */
function withinWrapper(
  dictionary: PickleDictionary,
  path: readonly string[] = [],
): { readonly tensors: readonly NamedTensor[]; readonly notes: readonly string[] } | undefined {
  for (const wrapper of WRAPPERS) {
    const inner = dictionary.entries.get(wrapper);
    if (!isKind('dictionary', inner)) continue;
    const names = [...path, wrapper];
    const tensors = flatten(inner, false);
    if (tensors.length === 0) {
      const further = names.length < DEEPEST_WRAPPER ? withinWrapper(inner, names) : undefined;
      if (further !== undefined) return further;
      continue;
    }
    refuseSecond(dictionary, wrapper, tensors);
    const others = keysOf(dictionary).filter((key) => key !== wrapper);
    const aside = others.length === 0 ? '' : `, and ${listed(others)} left aside`;
    return { tensors, notes: [`the weights are those of '${names.join(' > ')}'${aside}.`] };
  }
  return undefined;
}

/** @throws PickleProblem where another of the usual names has other values for one of the tensors: one would be ignored */
function refuseSecond(dictionary: PickleDictionary, wrapper: string, tensors: readonly NamedTensor[]): void {
  const keyOf = new Map(tensors.map(({ name, tensor }) => [name, tensor.storage.key]));
  for (const other of WRAPPERS) {
    const inner = dictionary.entries.get(other);
    if (other === wrapper || !isKind('dictionary', inner)) continue;
    const second = flatten(inner, false).find(
      ({ name, tensor }) => keyOf.has(name) && keyOf.get(name) !== tensor.storage.key,
    );
    if (second === undefined) continue;
    throw new PickleProblem(
      `it has ${quoted(second.name)} both under '${wrapper}' and under '${other}', and does not say which counts; save the one that is meant alone, with torch.save(…)`,
    );
  }
}

/** State dicts within one another, as programs that wrap each other save them. */
const DEEPEST_WRAPPER = 3;

function keysOf(dictionary: PickleDictionary): readonly string[] {
  return [...dictionary.entries.keys()].map(described);
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
