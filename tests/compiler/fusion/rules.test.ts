import assert from 'node:assert/strict';
import { fuse } from '../../../compiler/fusion/fuse.ts';
import { fusionRules } from '../../../compiler/fusion/load-rules.ts';
import type { Form, Rule } from '../../../compiler/fusion/rule.ts';
import { rebuild } from '../../../compiler/graph/rebuild.ts';
import { withRenewedInputs } from '../../../compiler/graph/rewrite.ts';
import { cancelReshapes } from '../../../compiler/passes/cancel-reshapes.ts';
import { storedParameter } from '../../../compiler/stored-parameter.ts';
import { TARGETS } from '../../../compiler/target/target-registry.ts';
import { ModelError } from '../../../dsl/errors/model-error.ts';
import type { Graph } from '../../../dsl/graph.ts';
import type { Target } from '../../../dsl/target.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input, runGraph, type Values } from '../../support/run-graph.ts';
import { asPattern, type ConcretePattern, concretePatterns, describePattern } from './concrete-pattern.ts';
import { buildInstance, type Instance, type Spoil } from './rule-instance.ts';

const TOLERANCE = 1e-5;

/** Every rule is proven from its own text: a random instance of each way to write it, and what it must leave alone. */
describe('fusion rules', () => {
  for (const rule of fusionRules()) {
    describe(rule.name, () => {
      rule.forms.forEach((form, index) => {
        for (const pattern of concretePatterns(form.pattern)) {
          const title = `form ${index + 1}: ${describePattern(pattern)}`;
          it(`${title} keeps its values`, () => provesEqual(rule, form, pattern));
          it(`${title} leaves near misses alone`, () => leavesNearMisses(rule, form, pattern));
        }
      });
      it('is explained at the top of its file', () => assert.ok(rule.explanation.length > 20));
    });
  }
});

async function provesEqual(rule: Rule, form: Form, pattern: ConcretePattern): Promise<void> {
  for (const seed of [1, 2]) {
    const instance = buildInstance(form, pattern, seed);
    const fused = apply(rule, form, instance.graph);
    assert.ok(fused.applied >= 1, `the rule did not apply (seed ${seed})`);
    const before = await run(instance.graph, instance, false);
    const after = await run(cancelReshapes(fused.graph), instance, true);
    for (const [name, expected] of Object.entries(before))
      assertClose(after[name], expected, `${name}, seed ${seed}`);
  }
}

function leavesNearMisses(rule: Rule, general: Form, pattern: ConcretePattern): void {
  // Other choices of the form may well fit what this one must not.
  const form = { ...general, pattern: asPattern(pattern) };
  const instance = buildInstance(form, pattern, 1);
  for (const { word, tensor } of instance.inner) {
    const graph = { ...instance.graph, outputs: { ...instance.graph.outputs, wanted: tensor } };
    assert.equal(
      apply(rule, form, graph).applied,
      0,
      `applied although the value of ${word} is needed elsewhere`,
    );
  }
  for (const { what, spoil } of spoils(form, pattern)) {
    const spoiled = attempt(() => buildInstance(form, pattern, 1, spoil));
    if (spoiled === undefined) continue;
    assert.equal(apply(rule, form, spoiled.graph).applied, 0, `applied although ${what}`);
  }
  for (const target of TARGETS.filter((each) => !hasAll(each, form)))
    assert.equal(apply(rule, form, instance.graph, target).applied, 0, `applied on ${target.name}`);
}

/** Changes after which the form must not apply, each of one thing that its text asks for. */
function spoils(
  form: Form,
  pattern: ConcretePattern,
): readonly { readonly what: string; readonly spoil: Spoil }[] {
  const found: { what: string; spoil: Spoil }[] = [];
  const uses = new Map<string, number>();
  visit(pattern, (each) => {
    if (each.kind === 'variable') uses.set(each.word.name, (uses.get(each.word.name) ?? 0) + 1);
    if (each.kind === 'operation')
      for (const { name } of each.pattern.names) uses.set(name, (uses.get(name) ?? 0) + 1);
    if (each.kind === 'constant' && typeof each.value === 'number') {
      const wanted = each.value;
      const other = Number.isFinite(wanted) ? wanted * 1.01 : 0.25;
      found.push({
        what: `the constant ${wanted} is ${other}`,
        spoil: { constant: (value) => (value === wanted ? other : value) },
      });
    }
    if (each.kind !== 'operation') return;
    for (const { attribute, value } of each.pattern.attributes) {
      if (!('kind' in value)) continue;
      const operator = each.pattern.operator.name;
      found.push({
        what: `${attribute.name} of ${operator} has another value`,
        spoil: {
          attribute: (of, name, given) => {
            if (of !== operator || name !== attribute.name || given === undefined) return given;
            if (typeof given === 'boolean') return !given;
            if (typeof given === 'number') return 0;
            return given.length === 1 ? [0] : Array.isArray(given) ? given.map((_item, axis) => axis) : given;
          },
        },
      });
    }
  });
  for (const [name, count] of uses) {
    const named = isNamed(pattern, name);
    if (count < (named ? 3 : 2)) {
      if (count === 2) {
        found.push({
          what: `${name} is another tensor`,
          spoil: { variable: (of) => (of === name ? `other ${name}` : of) },
        });
      }
      continue;
    }
    found.push({
      what: `${name} is two different tensors`,
      spoil: { variable: (of, occurrence) => (of === name && occurrence > 0 ? `other ${name}` : of) },
    });
  }
  for (const { word, shape, parameter } of form.declarations) {
    if (!uses.has(word.name)) continue;
    if (parameter) found.push({ what: `${word.name} is no parameter`, spoil: { parameters: false } });
    for (const [axis, item] of (shape ?? []).entries()) {
      if (item.kind !== 'size' || item.size.kind !== 'name') continue;
      const { name } = item.size.word;
      const places = form.declarations.filter(
        (each) => uses.has(each.word.name) && mentions(each.shape, name),
      );
      if (places.length < 2 || isNamed(pattern, word.name)) continue;
      const place = shape?.some(({ kind }) => kind === 'rest') === true ? axis - shape.length : axis;
      found.push({
        what: `axis ${axis} of ${word.name} is 1`,
        spoil: { shape: (of, given) => (of === word.name ? given.with(place, 1) : given) },
      });
    }
  }
  if (form.declarations.every(({ shape }) => shape?.every(({ kind }) => kind !== 'rest') !== false)) {
    const declared = form.declarations
      .filter(({ shape }) => (shape?.length ?? 0) > 2)
      .map(({ word }) => word.name);
    if (declared.length > 0) {
      found.push({
        what: 'there is one more axis',
        spoil: { shape: (of, given) => (declared.includes(of) ? [2, ...given] : given) },
      });
    }
  }
  for (const { left, right } of form.conditions) {
    for (const side of [left, right]) {
      const name =
        side.kind === 'name'
          ? side.word.name
          : side.kind === 'call' && side.arguments[0]?.kind === 'name'
            ? side.arguments[0].word.name
            : '';
      if (!bindsConstant(pattern, name)) continue;
      found.push({
        what: `the constant ${name} is -5`,
        spoil: { constant: (value, of) => (of === name ? -5 : value) },
      });
    }
  }
  return found;
}

function mentions(shape: Form['declarations'][number]['shape'], name: string): boolean {
  return (
    shape?.some(
      (item) => item.kind === 'size' && item.size.kind === 'name' && item.size.word.name === name,
    ) === true
  );
}

function visit(pattern: ConcretePattern, look: (pattern: ConcretePattern) => void): void {
  look(pattern);
  if (pattern.kind === 'operation') for (const each of pattern.inputs) visit(each, look);
}

function isNamed(pattern: ConcretePattern, name: string): boolean {
  let named = false;
  visit(pattern, (each) => {
    named ||= each.kind === 'operation' && each.pattern.names.some((word) => word.name === name);
  });
  return named;
}

function bindsConstant(pattern: ConcretePattern, name: string): boolean {
  let bound = false;
  visit(pattern, (each) => {
    bound ||= each.kind === 'constant' && typeof each.value === 'object' && each.value.name === name;
  });
  return bound;
}

/** Whether a target has what a form asks for. */
function hasAll({ capabilities }: Target, { needs }: Form): boolean {
  return needs.every((capability) => capabilities[capability]);
}

function apply(
  rule: Rule,
  form: Form,
  graph: Graph,
  target: Target | undefined = TARGETS.find((each) => hasAll(each, form)),
): { readonly graph: Graph; readonly applied: number } {
  assert.ok(target, 'no target has what the rule asks for');
  const result = fuse(graph, { rules: [{ ...rule, forms: [form] }], target });
  return { graph: result.graph, applied: result.counts.get(rule.name) ?? 0 };
}

/** Undefined where the changed instance is not a valid model in the first place. */
function attempt(build: () => Instance): Instance | undefined {
  try {
    return build();
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

async function run(
  graph: Graph,
  { feeds }: Instance,
  fusion: boolean,
): Promise<Readonly<Record<string, Values>>> {
  const fed = new Map<string, Tensor>();
  const asInput = ({ dtype, shape, source }: Tensor, name: string): Tensor => {
    const known = fed.get(name) ?? (source.kind === 'parameter' ? input(name, dtype, shape) : undefined);
    if (known === undefined) throw new Error(`no input ${name}`);
    fed.set(name, known);
    return known;
  };
  for (const [name, tensor] of Object.entries(graph.inputs))
    if (tensor.source.kind === 'input') fed.set(name, tensor);
  const renewed = rebuild(graph, {
    needs: (operation) => operation.inputs,
    build: (operation, renew) => withRenewedInputs(operation, renew).outputs,
    leaf: (tensor) => {
      if (tensor.source.kind === 'input') return asInput(tensor, tensor.source.name);
      if (tensor.source.kind === 'parameter')
        return asInput(tensor, storedParameter(tensor.source.parameter).name);
      return tensor;
    },
  });
  // ONNX Runtime's own layer norm fusion takes epsilon to be 1e-5 when it is the first operand of its addition.
  return runGraph({ ...renewed, inputs: Object.fromEntries(fed) }, feeds, { fusion, optimise: false });
}

function assertClose(actual: Values | undefined, expected: Values, what: string): void {
  assert.ok(actual !== undefined, `${what} is missing`);
  assert.deepEqual(actual.shape, expected.shape, what);
  assert.ok(expected.data.some(Number.isFinite), `${what} has no number to compare`);
  for (const [index, value] of expected.data.entries()) {
    const difference = Math.abs((actual.data[index] ?? Number.NaN) - value);
    assert.ok(
      difference <= TOLERANCE * Math.max(1, Math.abs(value)),
      `${what}[${index}]: ${actual.data[index]} for ${value}`,
    );
  }
}
