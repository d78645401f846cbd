import { z } from 'zod';

const tokenText = z.union([
  z.string(),
  z.looseObject({ content: z.string() }).transform(({ content }) => content),
]);
const named = z.looseObject({
  bos_token: tokenText.nullish(),
  eos_token: tokenText.nullish(),
  pad_token: tokenText.nullish(),
});

/** What a `special_tokens_map.json` or `tokenizer_config.json` calls the tokens that frame a text; undefined: nothing. */
export interface NamedTokens {
  readonly beginning: string | undefined;
  readonly end: string | undefined;
  readonly padding: string | undefined;
}

export function namedTokens(specialTokens: unknown): NamedTokens {
  const { bos_token, eos_token, pad_token } = named.safeParse(specialTokens).data ?? {};
  return {
    beginning: bos_token ?? undefined,
    end: eos_token ?? undefined,
    padding: pad_token ?? undefined,
  };
}
