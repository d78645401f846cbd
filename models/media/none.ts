import {
  atCallSite,
  type LanguageProgram,
  type Marked,
  type ModelTokens,
  program,
  refuseUnknownOptions,
  requireOptions,
  unmarked,
} from '../../dsl/index.ts';
import { bufferNames } from '../shared/buffer-names.ts';
import { DEFAULT_TOKENS, KNOWN_TOKENS, languageFacts } from '../shared/language-facts.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import { requirePart } from '../shared/require-part.ts';
import { languageGraph } from './language-graph.ts';

export interface LanguageModelOptions {
  readonly name: string;
  readonly language: LanguageModel | Marked<LanguageModel>;
  /**
   * Texts of the special tokens; default `<PAD>`, `<s>`, `</s>`, none for pictures, and examples that end with their
   * line.
   */
  readonly tokens?: Partial<ModelTokens>;
}

/**
 * A language model alone, which reads and writes text: its prompts, few-shot ones too, have no pictures. The parameters
 * are named as in a `flamingo` on the same language model.
 *
 *     export default languageModel({ name: 'pythia', language: gptNeox({ ... }) });
 *
 * @throws ModelError for an unknown option
 */
export function languageModel(options: LanguageModelOptions): LanguageProgram {
  refuseUnknownOptions(languageModel, options, {
    name: 'a text',
    language: true,
    tokens: KNOWN_TOKENS,
  });
  requireOptions(languageModel, options, ['name', 'language']);
  atCallSite(() => requirePart('languageModel', 'language', options.language), languageModel);
  const { name, tokens } = options;
  const language = unmarked(options.language);
  return program({
    name,
    parts: { language: options.language },
    graphs: { language: languageGraph(language) },
    checkpointNames: [...language.checkpointNames, ...bufferNames],
    facts: {
      options: { language: { family: language.family, ...language.options } },
      language: languageFacts(language, { ...DEFAULT_TOKENS, image: null, endOfChunk: null, ...tokens }),
      media: { way: 'none' },
    },
  });
}
