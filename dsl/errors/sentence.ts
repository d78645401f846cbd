/**
 * Sentences that both the type checker and a program that is being built say: each stands once, as a template with gaps,
 * and either side fills it. A gap is a name in braces; braces with a space behind them, as in `make({ … })`, are the
 * sentence's own.
 */

/** The names of a template's gaps: `'x' | 'width'` of `'x is {x}, so … [{width}]'`. */
type Gaps<Template extends string> = Template extends `${string}{${infer Rest}`
  ? Rest extends ` ${string}`
    ? Gaps<Rest>
    : Rest extends `${infer Name}}${infer After}`
      ? Name | Gaps<After>
      : never
  : never;

/** What fills the gaps of a template. */
export type Fillings<Template extends string> = Readonly<Record<Gaps<Template>, string | number>>;

/** The sentence as a type. */
export type Sentence<Template extends string, Values extends Fillings<Template>> = Filled<Template, Values>;

type Filled<Template extends string, Values> = Template extends `${infer Before}{${infer Rest}`
  ? Rest extends ` ${string}`
    ? `${Before}{${Filled<Rest, Values>}`
    : Rest extends `${infer Name}}${infer After}`
      ? Name extends keyof Values
        ? Values[Name] extends string | number
          ? `${Before}${Values[Name]}${Filled<After, Values>}`
          : never
        : never
      : Template
  : Template;

/** The sentence as a text. */
export function sentence<const Template extends string>(
  template: Template,
  values: Fillings<Template>,
): string {
  const known: ReadonlyMap<string, unknown> = new Map(Object.entries(values));
  return template.replaceAll(/\{([^ }][^}]*)\}/g, (_gap, name: string) => String(known.get(name)));
}
