import { plain } from '../../../../artifact/quoted.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { globalValue, STORAGES } from './globals.ts';
import type { PickleInput } from './pickle-input.ts';
import type { PickleMachine } from './pickle-machine.ts';
import { PickleProblem } from './pickle-problem.ts';
import { isKind, type PickleList, type PickleStorage, type PickleValue } from './values.ts';

/** What an opcode does; its operands are the next bytes. */
type Step = (machine: PickleMachine, input: PickleInput) => void;

/** The opcode that ends a pickle, whose value is on the top of the stack. */
export const STOP = 0x2e;

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
export const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
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
