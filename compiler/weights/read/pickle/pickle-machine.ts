import { LIMITS } from '../../../../dsl/limits.ts';
import { callGlobal } from './globals.ts';
import { PickleProblem } from './pickle-problem.ts';
import { isKind, type PickleDictionary, type PickleList, type PickleValue } from './values.ts';

/** As many values as an empty dictionary takes the memory of. */
const DICTIONARY = 4;

/** The stack and the memory of a pickle that is being read. The values that are made are counted, copies of lists among them. */
export class PickleMachine {
  private stack: PickleValue[] = [];
  private readonly marks: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();
  private made = 0;

  push(value: PickleValue): void {
    this.count(isKind('dictionary', value) ? DICTIONARY : 1);
    this.stack.push(value);
  }

  /** A pickle may be small and ask for much: `more` values are made. */
  private count(more: number): void {
    this.made += more;
    if (this.made > LIMITS.pickleValues.most)
      throw new PickleProblem(
        `its pickle makes more than the ${LIMITS.pickleValues.most} values that are read; save the weights alone, with torch.save(model.state_dict(), …)`,
      );
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw new PickleProblem('its pickle takes a value from an empty stack');
    return value;
  }

  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw new PickleProblem('its pickle looks at an empty stack');
    return value;
  }

  mark(): void {
    if (this.marks.length >= LIMITS.pickleDepth.most)
      throw new PickleProblem('its pickle is nested too deeply');
    this.marks.push(this.stack);
    this.stack = [];
  }

  /** The values since the last mark, which are taken off. */
  popToMark(): PickleValue[] {
    const outer = this.marks.pop();
    if (outer === undefined) throw new PickleProblem('its pickle closes a group that it never opened');
    const values = this.stack;
    this.stack = outer;
    return values;
  }

  popMany(count: number): PickleValue[] {
    const values = Array.from({ length: count }, () => this.pop());
    return values.reverse();
  }

  remember(index: number): void {
    if (!this.memo.has(index)) this.count(1);
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleProblem('its pickle refers to a value that it never gave');
    this.push(value);
  }

  list(): PickleList {
    const value = this.top();
    if (!isKind('list', value)) throw new PickleProblem('its pickle appends to what is no list');
    return value;
  }

  /** The dictionary on the top of the stack gets keys and values, which alternate. */
  setItems(values: readonly PickleValue[]): void {
    const { entries } = this.dictionary();
    for (let index = 0; index + 1 < values.length; index += 2) {
      const [key = null, value = null] = [values[index], values[index + 1]];
      entries.set(key, value);
    }
  }

  /** A name and its arguments: the value that the table of names builds. */
  call(callee: PickleValue, values: readonly PickleValue[]): void {
    if (!isKind('global', callee)) throw new PickleProblem('its pickle calls what is no name');
    // What is built may be a copy of a list among the arguments.
    for (const value of values) if (isKind('list', value)) this.count(value.items.length);
    this.push(callGlobal(callee, values));
  }

  /**
   * State of an object: attributes of an OrderedDict (a state dict's `_metadata`) and of opaque values are dropped, a
   * script module's are its contents.
   */
  build(state: PickleValue): void {
    const object = this.top();
    if (isKind('opaque', object)) return;
    const target = this.dictionary();
    if (target.entries.size > 0 || !isKind('dictionary', state)) return;
    this.count(state.entries.size);
    for (const [key, value] of state.entries) target.entries.set(key, value);
  }

  private dictionary(): PickleDictionary {
    const value = this.top();
    if (!isKind('dictionary', value))
      throw new PickleProblem('its pickle sets items of what is no dictionary');
    return value;
  }
}
