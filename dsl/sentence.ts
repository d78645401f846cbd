/**
 * Sentences that both the type checker and a program that is being built say: each stands once, as a template with gaps
 * in braces (`dsl/sentences/`), and either side fills it.
 */

/** The names of a template's gaps: `'x' | 'width'` of `'x is {x}, so … [{width}]'`. */
export type Gaps<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Gaps<Rest>
  : never;

/** What fills the gaps of a template. */
export type Fillings<Template extends string> = Readonly<Record<Gaps<Template>, string | number>>;

/** The sentence as a type. */
export type Sentence<Template extends string, Values extends Fillings<Template>> = Filled<Template, Values>;

type Filled<Template extends string, Values> = Template extends `${infer Before}{${infer Name}}${infer After}`
  ? Name extends keyof Values
    ? Values[Name] extends string | number
      ? `${Before}${Values[Name]}${Filled<After, Values>}`
      : never
    : never
  : Template;

/** The sentence as a text. */
export function sentence<const Template extends string>(
  template: Template,
  values: Fillings<Template>,
): string {
  const known: ReadonlyMap<string, unknown> = new Map(Object.entries(values));
  return template.replaceAll(/\{(\w+)\}/g, (_gap, name: string) => String(known.get(name)));
}
