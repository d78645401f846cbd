import { nameParameters } from '../../dsl/index.ts';
import { languageGraph } from '../../models/flamingo-language-graph.ts';
import { opt } from '../../models/opt.ts';
import { KeyValueCache } from '../../runtime/generate/key-value-cache.ts';
import { layoutDecode, layoutPrefill } from '../../runtime/prompt/layout.ts';
import { withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { layoutFeeds } from './language-feeds.ts';
import { openReference, rowsOf, sizesOf, tensorsUnder } from './reference.ts';

/** The id that no token of the reference has: the language model alone has no images. */
const NO_IMAGE = -1;

describe("OPT's decoder", () => {
  for (const fusion of [true, false]) {
    for (const side of ['right', 'left'] as const) {
      it(`agrees with transformers' OPTForCausalLM: prefill and cached decode, padded ${side}, fusion ${fusion ? 'on' : 'off'}`, async () => {
        const file = await openReference('opt.safetensors');
        const size = sizesOf(file);
        const vocabulary = size('vocab_size');
        const language = opt({
          dim: size('hidden_size'),
          layers: size('num_hidden_layers'),
          heads: size('num_attention_heads'),
          inner: size('ffn_dim'),
          vocabulary,
          contextLength: size('max_position_embeddings'),
        });
        const weights = {
          ...nameParameters({ language: language.parts }),
          checkpointNames: language.checkpointNames,
        };
        const graph = languageGraph({ language, blocks: new Map(), heads: 1, headDim: 1, latents: 1 });
        const padding = size('pad_token_id');
        const masks = await rowsOf(file, `input.${side}.attention_mask`);
        const padded = await rowsOf(file, `input.${side}.input_ids`);
        const prompts = padded.map((row, index) => row.filter((_, place) => masks[index]?.[place] === 1));

        await withGraph(graph, weights, [tensorsUnder(file, 'weights.')], { fusion }, async (run) => {
          const wanted = prompts.map((prompt) => [...prompt.keys()]);
          const prefill = layoutPrefill(prompts, { image: NO_IMAGE, padding, side, wanted });
          const cache = new KeyValueCache(language, { rows: prompts.length, mostLength: prefill.text + 100 });
          const first = await run({ ...layoutFeeds(prefill), ...cache.feeds() });
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
              tokens.map((token, row) => ({
                tokens: [token],
                past: cache.mask(row),
                row: null,
              })),
              { rows: 1, padding },
            );
            const next = await run({ ...layoutFeeds(decode), ...cache.feeds() });
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
});
