import { applyAll } from '../../dsl/operator.ts';
import type { Attributes, AttributeValue, Dim, Tensor } from '../../dsl/tensor.ts';
import type { Renewed } from '../graph/rebuild.ts';
import type { Bindings } from './bindings.ts';
import type { Form } from './rule.ts';
import type { OperationTemplate, Template } from './syntax.ts';
import { evaluate, type Value } from './value.ts';

/**
 * Builds a form's replacement for one match and returns the outputs of its outermost operation, or undefined when an
 * attribute has no value (a size that does not divide). `renewed` gives the tensors that the bound ones have become.
 * Throws a `ModelError` when an operator of the replacement refuses its inputs.
 */
export function instantiate(
  form: Form,
  bindings: Bindings,
  result: Tensor,
  renewed: Renewed,
): readonly Tensor[] | undefined {
  if (form.template.kind !== 'operation') return undefined;
  return operation(form, form.template.template, bindings, result, renewed);
}

/** No outputs at all: an operation whose first input is an optional one (`mask?`) that is missing is left out too. */
function operation(
  form: Form,
  { operator: word, inputs: templates, attributes: named, rest }: OperationTemplate,
  bindings: Bindings,
  result: Tensor,
  renewed: Renewed,
): readonly Tensor[] | undefined {
  const operator = form.operators.get(word.name);
  if (operator === undefined) return undefined;
  const inputs: (Tensor | undefined)[] = [];
  for (const template of templates) {
    const input = value(form, template, bindings, result, renewed);
    if (input === NO_VALUE) return undefined;
    inputs.push(input);
  }
  const [firstTemplate] = templates;
  if (firstTemplate?.kind === 'variable' && firstTemplate.optional && inputs[0] === undefined) return [];
  while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop();
  const attributes: Record<string, Attributes[string]> = rest ? { ...bindings.rest } : {};
  for (const { attribute, value: expression } of named) {
    const given = evaluate(expression, bindings);
    // A bare name may be an optional attribute that the match left out; it stays out.
    if (given === undefined && expression.kind !== 'name') return undefined;
    const usable = given === undefined ? undefined : attributeValue(given);
    if (given !== undefined && usable === undefined) return undefined;
    attributes[attribute.name] = usable;
  }
  return applyAll(operator, inputs, attributes);
}

const NO_VALUE = Symbol('no value');

function value(
  form: Form,
  template: Template,
  bindings: Bindings,
  result: Tensor,
  renewed: Renewed,
): Tensor | undefined | typeof NO_VALUE {
  switch (template.kind) {
    case 'none':
      return undefined;
    case 'variable': {
      const tensor = bindings.tensors.get(template.word.name);
      return tensor === undefined ? undefined : renewed(tensor);
    }
    case 'constant': {
      const number = evaluate(template.value, bindings);
      return typeof number === 'number' ? scalarLike(result, number) : NO_VALUE;
    }
    case 'operation': {
      const outputs = operation(form, template.template, bindings, result, renewed);
      return outputs === undefined ? NO_VALUE : outputs[0];
    }
  }
}

/** A float32 scalar: rules run before any change of precision. Other dtypes have no constants in rules. */
function scalarLike({ dtype }: Tensor, number: number): Tensor | typeof NO_VALUE {
  if (dtype !== 'float32') return NO_VALUE;
  return { dtype, shape: [], source: { kind: 'constant', data: Float32Array.of(number) } };
}

function attributeValue(given: Value): AttributeValue | undefined {
  if (typeof given !== 'object') return given;
  const numbers = given.filter((item): item is Extract<Dim, number> => typeof item === 'number');
  if (numbers.length === given.length) return numbers;
  const words = given.filter((item) => typeof item === 'string');
  return words.length === given.length ? words : undefined;
}
