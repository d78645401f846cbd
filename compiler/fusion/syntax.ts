/** A place in a rule file, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** `let name = pattern`: the name stands for the pattern in what follows in the file. */
export interface Definition {
  readonly word: Word;
  readonly pattern: Pattern;
}

export type Statement =
  | { readonly kind: 'definition'; readonly definition: Definition }
  | { readonly kind: 'form'; readonly form: FormSyntax };

/** `fuse … into … with … when … on …`: one replacement. A rule file holds one or more of them. */
export interface FormSyntax {
  readonly place: Place;
  readonly pattern: Pattern;
  readonly template: Template;
  /** What each output of the replacement stands for: `result`, a name given with `as`, or `_` for nothing. */
  readonly results: readonly Word[];
  readonly declarations: readonly Declaration[];
  readonly conditions: readonly Condition[];
  /** Capabilities that the target must have; empty: every target. */
  readonly needs: readonly Word[];
}

export interface Word {
  readonly name: string;
  readonly place: Place;
}

export type Pattern =
  | { readonly kind: 'operation'; readonly pattern: OperationPattern }
  | { readonly kind: 'variable'; readonly word: Word; readonly optional: boolean }
  | { readonly kind: 'constant'; readonly place: Place; readonly value: number | Word | undefined }
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'choice'; readonly choices: readonly Pattern[]; readonly names: readonly Word[] };

export interface OperationPattern {
  readonly operator: Word;
  /** Written `shared`: other readers of the value do not block the rule. */
  readonly shared: boolean;
  readonly inputs: readonly Pattern[];
  readonly attributes: readonly AttributePattern[];
  /** Written `...`: attributes that are not named are kept for the replacement instead of having to be absent. */
  readonly rest: boolean;
  /** Written `as name` or `as (first, second)`: names for the outputs. */
  readonly names: readonly Word[];
}

export interface AttributePattern {
  readonly attribute: Word;
  readonly optional: boolean;
  /** The value that is asked for, or the name that the value is bound to. */
  readonly value: Literal | Word;
}

export type Literal =
  | { readonly kind: 'literal'; readonly value: number | string | boolean }
  | { readonly kind: 'last' }
  | { readonly kind: 'literals'; readonly items: readonly Literal[] };

export type Template =
  | { readonly kind: 'operation'; readonly template: OperationTemplate }
  | { readonly kind: 'variable'; readonly word: Word; readonly optional: boolean }
  | { readonly kind: 'constant'; readonly place: Place; readonly value: Expression }
  | { readonly kind: 'none' };

export interface OperationTemplate {
  readonly operator: Word;
  readonly inputs: readonly Template[];
  readonly attributes: readonly { readonly attribute: Word; readonly value: Expression }[];
  readonly rest: boolean;
}

/** `weight parameter float32 [out, in]`: what a variable must be. */
export interface Declaration {
  readonly word: Word;
  readonly parameter: boolean;
  readonly dtype: Word | undefined;
  readonly shape: readonly ShapeItem[] | undefined;
}

export type ShapeItem =
  | { readonly kind: 'rest'; readonly place: Place }
  | { readonly kind: 'any' }
  | { readonly kind: 'size'; readonly size: Expression };

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

export interface Condition {
  readonly left: Expression;
  readonly comparison: Comparison;
  readonly right: Expression;
}

export type Expression =
  | { readonly kind: 'literal'; readonly value: number | string | boolean }
  | { readonly kind: 'name'; readonly word: Word }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly callee: Word; readonly arguments: readonly Expression[] }
  | {
      readonly kind: 'arithmetic';
      readonly place: Place;
      readonly operator: '+' | '-' | '*' | '/' | '%';
      readonly left: Expression;
      readonly right: Expression;
    };
