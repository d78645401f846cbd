import { nameParameters } from '../../dsl/index.ts';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { languageGraph } from '../../models/media/language-graph.ts';
import { KeyValueCache } from '../../runtime/generate/cache/key-value-cache.ts';
import { SideBySideCache } from '../../runtime/generate/cache/side-by-side-cache.ts';
import { layoutDecode, layoutPrefill, textFeeds } from '../../runtime/prompt/layout.ts';
import { withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { configOf, openReference, rowsOf, tensorsUnder } from './reference.ts';

/** What fills rows up: masked, so any token serves. */
const PADDING = 1;

/** Each is a small random model of the original class, with its own config and key names. A family is one line. */
const REFERENCES: Readonly<Record<string, string>> = {
  opt: "transformers' OPTForCausalLM",
  mpt: "transformers' MptForCausalLM: three heads, clipped projections, its own scale",
  'mosaic-mpt': "llm-foundry's MPTForCausalLM: norms of queries and keys, clipping, scaled logits",
  'gpt-neox': "transformers' GPTNeoXForCausalLM as Pythia: a quarter of each head turns, parallel residual",
  'gpt-neox-unbiased': "transformers' GPTNeoXForCausalLM: attention without biases, tied head",
  redpajama: "transformers' GPTNeoXForCausalLM as RedPajama-INCITE: whole heads turn, residuals in turn",
  llama: "transformers' LlamaForCausalLM: linear scaling",
  'llama-3': "transformers' LlamaForCausalLM: grouped wide heads, llama3 scaling, biases, tied head",
  'llama-dynamic': "transformers' LlamaForCausalLM: dynamic scaling, which is none within the context",
  mistral: "transformers' MistralForCausalLM: a window shorter than the prompts, wide grouped heads",
  'mistral-yarn': "transformers' MistralForCausalLM: no window, every field of YaRN, tied head",
  qwen2: "transformers' Qwen2ForCausalLM: biases of queries, keys and values, YaRN, tied head",
  'qwen2-windows': "transformers' Qwen2ForCausalLM: windows from the second layer on",
  qwen3: "transformers' Qwen3ForCausalLM: norms of every head, wide heads, biases",
  gemma: "transformers' GemmaForCausalLM: one head of keys and values, heads together wider than the model",
  gemma2: "transformers' Gemma2ForCausalLM: caps that bend, windows in two of three layers, its own scale",
  gemma3:
    "transformers' Gemma3ForCausalLM: windows with a rotary base of their own, linear scaling elsewhere",
  'gemma3-seeing': "transformers' Gemma3ForConditionalGeneration: its language model",
  phi3: "transformers' Phi3ForCausalLM: packed weights, a part of each head turns by LongRoPE, a window",
  granite: "transformers' GraniteForCausalLM: every factor, biases",
  olmo2: "transformers' Olmo2ForCausalLM: norms after, and of all heads together",
  stablelm: "transformers' StableLmForCausalLM: layer norms, a quarter of each head turns",
  'stablelm-parallel': "transformers' StableLmForCausalLM: parallel residual",
  cohere: "transformers' CohereForCausalLM: neighbouring features turn together, one norm for both",
  'cohere-norms': "transformers' CohereForCausalLM: norms of queries and keys, each head's of its own",
  cohere2: "transformers' Cohere2ForCausalLM: windows and positions in two of three layers",
  'stablelm-norms': "transformers' StableLmForCausalLM: a norm for each head, parallel residual",
  gptj: "transformers' GPTJForCausalLM: a part of each head turns by neighbours, a head with biases",
  phi: "transformers' PhiForCausalLM: Phi-2's share of each head turns",
  'phi-norms': "transformers' PhiForCausalLM: norms of every head, linear scaling, tied head with biases",
  starcoder2: "transformers' Starcoder2ForCausalLM: a window, biases, tied head",
  'starcoder2-plain': "transformers' Starcoder2ForCausalLM: no window, no biases, a head of its own",
  olmo: "transformers' OlmoForCausalLM: norms without weights, clipped projections",
  smollm3: "transformers' SmolLM3ForCausalLM: a layer without positions, with a window",
  glm: "transformers' GlmForCausalLM: half of each head turns by neighbours",
  glm4: "transformers' Glm4ForCausalLM: as GLM, with norms before and after",
  olmo3: "transformers' Olmo3ForCausalLM: windows with a rotary base of their own, YaRN elsewhere",
  exaone4: "transformers' Exaone4ForCausalLM: norms after, windows, no positions in the layer without one",
  'exaone4-whole': "transformers' Exaone4ForCausalLM: no windows, llama3 scaling, tied head",
  'seed-oss': "transformers' SeedOssForCausalLM: biases everywhere, wide heads",
  arcee: "transformers' ArceeForCausalLM: squared ReLU without a gate, YaRN, biases",
  nemotron: "transformers' NemotronForCausalLM: layer norms that count from 1, half of each head turns",
  helium: "transformers' HeliumForCausalLM: neighbours turn together, biases, tied head",
  ministral: "transformers' MinistralForCausalLM: a window in two of three layers",
  ernie45: "transformers' Ernie4_5ForCausalLM: neighbours turn together, biases, tied head",
  'hunyuan-dense': "transformers' HunYuanDenseV1ForCausalLM: heads are normed after they turn, by alpha",
  'falcon-7b': "transformers' FalconForCausalLM: one key for all heads, one norm for both, linear scaling",
  'falcon-40b': "transformers' FalconForCausalLM: groups of heads, a norm each, biases",
  'falcon2-11b': "transformers' FalconForCausalLM: groups of heads, one norm for both, a head of its own",
  'falcon-rw': "transformers' FalconForCausalLM: ALiBi of bfloat16, residuals in turn",
  bloom: "transformers' BloomForCausalLM: ALiBi of three heads, normed embeddings",
  'bloom-after': "transformers' BloomForCausalLM: residuals after norms, a head of its own",
  'gpt-bigcode': "transformers' GPTBigCodeForCausalLM: one key for all heads",
  'gpt-bigcode-many': "transformers' GPTBigCodeForCausalLM: a key for every head, scores as they come",
  gpt2: "transformers' GPT2LMHeadModel: scores scaled by layer",
};

for (const [reference, original] of Object.entries(REFERENCES)) {
  describe(`a language model beside ${original}`, () => {
    for (const fusion of [true, false]) {
      for (const side of ['right', 'left'] as const) {
        it(`gives the same in prefill and cached decode, padded ${side}, fusion ${fusion ? 'on' : 'off'}`, async () => {
          const file = await openReference(`language/${reference}.safetensors`);
          const language = languageModelFromConfig(configOf(file));
          const { vocabulary } = language;
          const weights = {
            ...nameParameters({ language: language.parts }),
            checkpointNames: language.checkpointNames,
          };
          const graph = languageGraph(language);
          const masks = await rowsOf(file, `input.${side}.attention_mask`);
          const padded = await rowsOf(file, `input.${side}.input_ids`);
          const prompts = padded.map((row, index) => row.filter((_, place) => masks[index]?.[place] === 1));

          await withGraph(graph, weights, [tensorsUnder(file, 'weights.')], { fusion }, async (run) => {
            const wanted = prompts.map((prompt) => [...prompt.keys()]);
            const prefill = layoutPrefill(prompts, { padding: PADDING, side, wanted });
            const cache = new KeyValueCache(language, {
              rows: prompts.length,
              mostLength: prefill.text + 20,
            });
            const first = await run({ ...textFeeds(prefill), ...cache.feeds() });
            cache.append(first, prefill.real);
            const expected = await file.readFloat32(`output.${side}.logits`);
            const places = masks.flat().flatMap((valid, place) => (valid === 1 ? [place] : []));
            assertClose(
              first.logits?.data as Float32Array,
              places.flatMap((place) => [...expected.subarray(place * vocabulary, (place + 1) * vocabulary)]),
            );

            const expectedSteps = await file.readFloat32('output.decode.logits');
            for (const [step, tokens] of (await rowsOf(file, 'input.decode.input_ids')).entries()) {
              const decode = layoutDecode(
                tokens.map((token, row) => ({ tokens: [token], past: cache.mask(row) })),
                { padding: PADDING },
              );
              const next = await run({ ...textFeeds(decode), ...cache.feeds() });
              cache.append(next, decode.real);
              const each = prompts.length * vocabulary;
              assertClose(
                next.logits?.data as Float32Array,
                expectedSteps.subarray(step * each, (step + 1) * each),
              );
            }
          });
        });
      }
    }

    it('gives what it gives in plain operators at once for prompts in pieces of few and of many tokens', async () => {
      const file = await openReference(`language/${reference}.safetensors`);
      const language = languageModelFromConfig(configOf(file));
      const weights = {
        ...nameParameters({ language: language.parts }),
        checkpointNames: language.checkpointNames,
      };
      const graph = languageGraph(language);
      const given = [tensorsUnder(file, 'weights.')];
      const prompts = [60, 49].map((length, row) =>
        Array.from({ length }, (_, place) => 2 + ((place * 17 + row * 5) % (language.vocabulary - 2))),
      );
      const newCache = () => new KeyValueCache(language, { rows: prompts.length, mostLength: 64 });
      const whole = await withGraph(graph, weights, given, { fusion: false }, async (run) => {
        const layout = layoutPrefill(prompts, { padding: PADDING });
        return (await run({ ...textFeeds(layout), ...newCache().feeds() })).logits?.data;
      });
      await withGraph(graph, weights, given, {}, async (run) => {
        const cache = newCache();
        let logits: Float32Array | undefined;
        // The rows differ in how many tokens they read at a time, so that the cache has places that hold nothing.
        for (const ends of [
          [5, 3],
          [45, 40],
          [60, 49],
        ]) {
          const pieces = prompts.map((prompt, row) => ({
            tokens: prompt.slice(cache.lengths[row], ends[row]),
            past: cache.mask(row),
          }));
          const layout = layoutDecode(pieces, { padding: PADDING });
          const results = await run({ ...textFeeds(layout), ...cache.feeds() });
          cache.append(results, layout.real);
          logits = results.logits?.data as Float32Array;
        }
        assertClose(logits ?? [], whole as Float32Array);
      });
    });

    it('gives what it gives alone for texts side by side, of which the first tokens are one', async () => {
      const file = await openReference(`language/${reference}.safetensors`);
      const language = languageModelFromConfig(configOf(file));
      const weights = {
        ...nameParameters({ language: language.parts }),
        checkpointNames: language.checkpointNames,
      };
      const given = [tensorsUnder(file, 'weights.')];
      const texts = [0, 1, 2].map((row) =>
        Array.from(
          { length: 50 + 3 * row },
          (_, place) => 2 + ((place * 17 + (place < 40 ? 0 : row * 5)) % (language.vocabulary - 2)),
        ),
      );
      await withGraph(languageGraph(language), weights, given, {}, async (run) => {
        const layout = layoutPrefill(texts, { padding: PADDING });
        const alone = new KeyValueCache(language, { rows: texts.length, mostLength: 64 });
        const whole = (await run({ ...textFeeds(layout), ...alone.feeds() })).logits?.data;
        const cache = new SideBySideCache(language, [[]], { most: [64] });
        let logits: Float32Array | undefined;
        for (const ends of [[40], [43, 41, 44], [50, 53, 56]]) {
          await cache.select(ends.map((_, row) => Math.min(row, cache.rows - 1)));
          const pieces = ends.map((end, row) => ({
            tokens: (texts[row] ?? []).slice(cache.lengths[row], end),
            past: cache.mask(row),
          }));
          const laid = layoutDecode(pieces, { padding: PADDING, sideBySide: true });
          const results = await run({ ...textFeeds(laid), ...cache.feeds() });
          cache.append(results, laid.real);
          logits = results.logits?.data as Float32Array;
        }
        assertClose(logits ?? [], whole as Float32Array);
      });
    });
  });
}
