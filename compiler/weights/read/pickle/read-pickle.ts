import { plain } from '../../../../artifact/quoted.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { callGlobal, globalValue, STORAGES } from './globals.ts';
import { PickleInput } from './pickle-input.ts';
import { PickleProblem } from './pickle-problem.ts';
import {
  isKind,
  type PickleDictionary,
  type PickleList,
  type PickleStorage,
  type PickleValue,
} from './values.ts';

/**
 * Reads a pickle as plain data: the opcodes of protocols 0 to 5 that Python and PyTorch write for dictionaries, lists,
 * numbers, texts and tensors. A name it asks for is looked up in a table of descriptions (`globals.ts`); every other
 * name is refused. Nothing is imported, called or executed, and the values that are made are counted, copies of lists among them.
 *
 * @throws PickleProblem in words that complete "FILE cannot be read: …"
 * @see Python's `pickletools`, and `torch/serialization.py` for the persistent ids of storages
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  return new PickleMachine(new PickleInput(bytes)).run();
}

type Step = (machine: PickleMachine, input: PickleInput) => void;

class PickleMachine {
  private stack: PickleValue[] = [];
  private readonly marks: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();
  private made = 0;

  constructor(private readonly input: PickleInput) {}

  run(): PickleValue {
    for (;;) {
      const code = this.input.byte();
      if (code === STOP) return this.pop();
      const step = STEPS.get(code);
      if (step === undefined) {
        const shown = code > 32 && code < 127 ? `'${String.fromCharCode(code)}'` : `0x${code.toString(16)}`;
        throw new PickleProblem(`its pickle has the opcode ${shown}, which is not understood`);
      }
      step(this, this.input);
    }
  }

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

const STOP = 0x2e;
/** As many values as an empty dictionary takes the memory of. */
const DICTIONARY = 4;

/** `('storage', class, key, device, size)`, by which PyTorch points from the pickle to the data. */
function storageOf(id: PickleValue): PickleStorage {
  const [tag, type, key, , size] = isKind('list', id) ? id.items : [];
  if (tag !== 'storage' || typeof key !== 'string' || typeof size !== 'number' || !(size >= 0))
    throw new PickleProblem('its pickle refers to data in a way that PyTorch does not');
  if (key.length > LIMITS.tensorName.most)
    throw new PickleProblem('its pickle refers to data by a name longer than any that PyTorch gives');
  const name = isKind('global', type) ? type.name : undefined;
  if (name === undefined || !STORAGES.has(name))
    throw new PickleProblem(
      `it has a storage of the type ${plain(name ?? 'unknown')}, which is not supported`,
    );
  return { kind: 'storage', key, dtype: STORAGES.get(name), size };
}

function pushGlobal(machine: PickleMachine, module: PickleValue, name: PickleValue): void {
  if (typeof module !== 'string' || typeof name !== 'string')
    throw new PickleProblem('its pickle asks for a name that is no text');
  machine.push(globalValue(`${module}.${name}`));
}

const push =
  (read: (input: PickleInput) => PickleValue): Step =>
  (machine, input) =>
    machine.push(read(input));
const list = (items: PickleValue[]): PickleList => ({ kind: 'list', items });
const tuple =
  (count: number): Step =>
  (machine) =>
    machine.push(list(machine.popMany(count)));
const code = (character: string): number => character.charCodeAt(0);

/** Every opcode that is understood; their names are those of Python's `pickle.py`. */
const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [0x80, (_, input) => void input.byte()], // PROTO
  [0x95, (_, input) => void input.length(8)], // FRAME
  [code('('), (machine) => machine.mark()], // MARK
  [code('0'), (machine) => void machine.pop()], // POP
  [code('1'), (machine) => void machine.popToMark()], // POP_MARK
  [code('2'), (machine) => machine.push(machine.top())], // DUP
  [code('N'), push(() => null)], // NONE
  [0x88, push(() => true)], // NEWTRUE
  [0x89, push(() => false)], // NEWFALSE
  [code('J'), push((input) => input.int32())], // BININT
  [code('K'), push((input) => input.byte())], // BININT1
  [code('M'), push((input) => input.uint16())], // BININT2
  [0x8a, push((input) => input.long(input.byte()))], // LONG1
  [0x8b, push((input) => input.long(input.length(4)))], // LONG4
  [code('G'), push((input) => input.float64())], // BINFLOAT
  [code('I'), push((input) => input.decimal())], // INT
  [code('L'), push((input) => input.decimal())], // LONG
  [code('F'), push((input) => Number(input.line()))], // FLOAT
  [code('X'), push((input) => input.text(input.length(4)))], // BINUNICODE
  [0x8c, push((input) => input.text(input.byte()))], // SHORT_BINUNICODE
  [0x8d, push((input) => input.text(input.length(8)))], // BINUNICODE8
  [code('T'), push((input) => input.text(input.length(4)))], // BINSTRING
  [code('U'), push((input) => input.text(input.byte()))], // SHORT_BINSTRING
  [code('B'), push((input) => input.bytes(input.length(4)))], // BINBYTES
  [code('C'), push((input) => input.bytes(input.byte()))], // SHORT_BINBYTES
  [0x8e, push((input) => input.bytes(input.length(8)))], // BINBYTES8
  [code(')'), push(() => list([]))], // EMPTY_TUPLE
  [code(']'), push(() => list([]))], // EMPTY_LIST
  [0x8f, push(() => list([]))], // EMPTY_SET
  [code('}'), push(() => ({ kind: 'dictionary', entries: new Map() }))], // EMPTY_DICT
  [code('t'), (machine) => machine.push(list(machine.popToMark()))], // TUPLE
  [code('l'), (machine) => machine.push(list(machine.popToMark()))], // LIST
  [0x91, (machine) => machine.push(list(machine.popToMark()))], // FROZENSET
  [0x85, tuple(1)], // TUPLE1
  [0x86, tuple(2)], // TUPLE2
  [0x87, tuple(3)], // TUPLE3
  [
    code('d'), // DICT
    (machine) => {
      const values = machine.popToMark();
      machine.push({ kind: 'dictionary', entries: new Map() });
      machine.setItems(values);
    },
  ],
  [
    code('a'), // APPEND
    (machine) => {
      const value = machine.pop();
      machine.list().items.push(value);
    },
  ],
  [
    code('e'), // APPENDS
    (machine) => {
      const values = machine.popToMark();
      const { items } = machine.list();
      for (const value of values) items.push(value);
    },
  ],
  [
    0x90, // ADDITEMS
    (machine) => {
      const values = machine.popToMark();
      const { items } = machine.list();
      for (const value of values) items.push(value);
    },
  ],
  [code('s'), (machine) => machine.setItems(machine.popMany(2))], // SETITEM
  [code('u'), (machine) => machine.setItems(machine.popToMark())], // SETITEMS
  [code('q'), (machine, input) => machine.remember(input.byte())], // BINPUT
  [code('r'), (machine, input) => machine.remember(input.length(4))], // LONG_BINPUT
  [code('p'), (machine, input) => machine.remember(Number(input.decimal()))], // PUT
  [0x94, (machine) => machine.rememberNext()], // MEMOIZE
  [code('h'), (machine, input) => machine.recall(input.byte())], // BINGET
  [code('j'), (machine, input) => machine.recall(input.length(4))], // LONG_BINGET
  [code('g'), (machine, input) => machine.recall(Number(input.decimal()))], // GET
  [code('c'), (machine, input) => pushGlobal(machine, input.line(), input.line())], // GLOBAL
  [
    0x93, // STACK_GLOBAL
    (machine) => {
      const [module = null, name = null] = machine.popMany(2);
      pushGlobal(machine, module, name);
    },
  ],
  [code('Q'), (machine) => machine.push(storageOf(machine.pop()))], // BINPERSID
  [
    code('R'), // REDUCE
    (machine) => {
      const [callee = null, values = null] = machine.popMany(2);
      machine.call(callee, isKind('list', values) ? values.items : []);
    },
  ],
  [
    0x81, // NEWOBJ
    (machine) => {
      const [callee = null, values = null] = machine.popMany(2);
      machine.call(callee, isKind('list', values) ? values.items : []);
    },
  ],
  [code('b'), (machine) => machine.build(machine.pop())], // BUILD
]);
