import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from 'onnxruntime-common';
import { MEDIA_GRAPHS } from '../../../artifact/added-graphs/media-contract.ts';
import { compile } from '../../../compiler/compile.ts';
import { openArtifact } from '../../../runtime/artifact/artifact.ts';
import { requireLanguage } from '../../../runtime/artifact/manifest-text.ts';
import { DeviceGraphs } from '../../../runtime/generate/cache/device-graphs.ts';
import { LanguageModel } from '../../../runtime/generate/language-model.ts';
import {
  createSearch,
  type GenerateOptions,
  parseGenerateOptions,
} from '../../../runtime/generate/options.ts';
import { Scheduler } from '../../../runtime/generate/scheduler/scheduler.ts';
import type { Hypothesis } from '../../../runtime/generate/search/search.ts';
import { mediaWayOf } from '../../../runtime/media/index.ts';
import type { EncodedMedia } from '../../../runtime/media/way.ts';
import { openGraphSession } from '../../../runtime/session/open-graph.ts';
import type { GraphSession, OpenOptions } from '../../../runtime/session.ts';
import { loadTokenizer } from '../../../runtime/tokenizer.ts';
import { SMALL_MODELS, writeLivelyWeights } from '../../media/small-models.ts';
import { needsWebgpu } from '../../support/webgpu-device.ts';
import { TOKENIZER } from '../compiled-model.ts';

/** What a run of a graph was given, where that lay then, and what it gave. */
type Run = {
  readonly graph: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly locations: Readonly<Record<string, string>>;
  readonly outputs: Tensor[];
};

type Asked = {
  readonly text: string;
  readonly pictures: readonly number[];
  readonly options?: GenerateOptions;
  readonly signal?: AbortSignal;
  readonly onToken?: () => void;
};

const PICTURES = 4;

for (const name of ['packed', 'masked, all previous pictures', 'own blocks on latents']) {
  describe(`pictures on the device: ${name}`, () => {
    let folder: string;
    const opened: AsyncDisposable[] = [];
    let runs: Run[] = [];
    let fails = false;
    let device: LanguageModel;
    let host: LanguageModel;
    let ask: (model: LanguageModel, asked: readonly Asked[]) => Promise<PromiseSettledResult<Hypothesis[]>[]>;
    let pictures: readonly EncodedMedia[];
    /** The inputs of the language graph that are made of pictures. */
    let rows: readonly string[];

    before(async function () {
      await needsWebgpu(this);
      folder = await mkdtemp(join(tmpdir(), 'device-pictures-'));
      const make = SMALL_MODELS[name];
      assert.ok(make);
      const program = make();
      const weights = join(folder, 'weights.safetensors');
      await writeLivelyWeights(weights, program, 3);
      const out = join(folder, 'model');
      const made = { out, tokenizer: TOKENIZER, weights: [weights], copyWeights: true };
      await compile(program, { ...made, target: 'webgpu', staticCache: 64 });
      const artifact = await openArtifact(out);
      const manifest = requireLanguage(artifact);
      const { language, media, graphs } = manifest;
      const open = async (graph: string, options: OpenOptions = {}): Promise<GraphSession> => {
        const session = await openGraphSession(artifact, graph, { ...options, provider: 'webgpu' });
        const run = session.run.bind(session);
        session.run = async (inputs, wanted) => {
          if (fails && graph === 'language') throw new Error('the device is gone');
          const places = Object.entries(inputs).map(([input, { location }]) => [input, location]);
          const given: Run = { graph, inputs, locations: Object.fromEntries(places), outputs: [] };
          runs.push(given);
          const outputs = await run(inputs, wanted);
          given.outputs.push(...Object.values(outputs));
          return outputs;
        };
        opened.push(session);
        return session;
      };
      const { special, ...tokenizer } = await loadTokenizer(artifact.path('tokenizer.json'), language.tokens);
      const way = mediaWayOf(media, { language, special });
      const session = await open('language');
      const kept = await DeviceGraphs.open(manifest, open);
      device = new LanguageModel(session, language, way, special, kept);
      host = new LanguageModel(session, language, way, special);
      const ports = (graphs.language?.inputs ?? []).filter(
        ({ name: port, dtype }) => /^media_/.test(port) && dtype === 'float32',
      );
      rows = ports.map((port) => port.name);
      pictures = Array.from({ length: PICTURES }, (_, picture) =>
        Object.fromEntries(
          ports.map((port, index) => {
            const shape = port.shape.slice(1).map(Number);
            const length = shape.reduce((all, size) => all * size, 1);
            // The first number tells the picture.
            const data = Float32Array.from({ length }, (_, place) =>
              Math.sin(place * (3 + index) + 7 * picture),
            );
            data[0] = 1 + picture;
            return [port.name === 'media_latents' ? 'latents' : port.name, { data, shape }];
          }),
        ),
      );
      ask = (model, asked) => {
        const scheduler = new Scheduler(model, { chunk: 4 });
        return Promise.allSettled(
          asked.map(({ text, pictures: numbers, options = { maxNewTokens: 6 }, signal, onToken }) => {
            const settings = parseGenerateOptions(options);
            const search = createSearch(settings, special, () => {
              onToken?.();
              return false;
            });
            const words = text.split('#').map((part) => tokenizer.encode(part));
            const tokens = words.flatMap((part, index) =>
              index === 0 ? part : [special.image ?? Number.NaN, ...part],
            );
            const shown = numbers.flatMap((number) => pictures.slice(number, number + 1));
            const prepare = async () => ({ tokens, media: shown });
            const rows = settings.beams;
            return scheduler.answer({ prepare, search, rows, newTokens: settings.maxNewTokens, signal });
          }),
        );
      };
    });
    beforeEach(() => {
      runs = [];
      fails = false;
    });
    after(async () => {
      for (const each of opened) await each[Symbol.asyncDispose]();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });

    const stepsOf = () => runs.filter(({ graph }) => graph === 'language');
    const changesOf = () =>
      runs.filter(({ graph }) => Object.values(MEDIA_GRAPHS).some((each) => each === graph));
    /** Each picture as often as it went up, by the number that tells it; 0 is the row of a text that sees none. */
    const uploads = (): number[] => {
      const [first = ''] = rows;
      return changesOf().flatMap(({ inputs }) =>
        [inputs[`past_${first}`], inputs[`other_${first}`]].flatMap((tensor) => {
          if (tensor === undefined || tensor.location !== 'cpu') return [];
          const each = tensor.size / (tensor.dims[0] ?? 1);
          return Array.from({ length: tensor.dims[0] ?? 0 }, (_, row) => Number(tensor.data[row * each]));
        }),
      );
    };
    const requireNothingLeft = () => {
      assert.equal(device.picturesOnDevice, 0);
      const left = changesOf().flatMap(({ outputs }) =>
        outputs.filter(({ location }) => location !== 'none'),
      );
      assert.equal(left.length, 0, `${left.length} tensors were not let go`);
    };

    const ASKED: readonly Asked[] = [
      { text: '#a dog, a cat:', pictures: [0] },
      { text: 'no picture at all', pictures: [] },
      { text: '#one#two#', pictures: [0, 1, 2] },
      { text: '#x', pictures: [1], options: { maxNewTokens: 5, beams: 2 } },
      { text: '#twice#', pictures: [3, 3], options: { maxNewTokens: 9 } },
    ];

    it('go up once for a request, and stay there while rows come, change and leave', async () => {
      let most = 0;
      const watched = ASKED.map((each) => ({
        ...each,
        onToken: () => {
          most = Math.max(most, device.picturesOnDevice);
        },
      }));
      const found = await ask(device, watched);
      assert.ok(stepsOf().length > 10);
      for (const { locations } of stepsOf())
        for (const input of rows) assert.equal(locations[input], 'gpu-buffer', input);
      const went = uploads();
      for (let picture = 1; picture <= PICTURES; picture++) {
        const times = went.filter((each) => each === picture).length;
        const shown = ASKED.filter(({ pictures: numbers }) => numbers.includes(picture - 1)).length;
        assert.ok(
          times >= 1 && times <= shown,
          `picture ${picture} went up ${times} times for ${shown} requests`,
        );
      }
      const bytes = Object.values(pictures[0] ?? {}).reduce((sum, { data }) => sum + data.byteLength, 0);
      assert.ok(most >= bytes, `${most} bytes were counted, and a picture has ${bytes}`);
      requireNothingLeft();
      const steps = stepsOf().length;
      const expected = await ask(host, ASKED);
      assert.ok(
        stepsOf()
          .slice(steps)
          .every(({ locations }) => rows.every((input) => locations[input] === 'cpu')),
      );
      for (const [index, each] of expected.entries()) {
        const other = found[index];
        assert.ok(each.status === 'fulfilled' && other?.status === 'fulfilled');
        assert.deepEqual(
          other.value.map(({ tokens }) => tokens),
          each.value.map(({ tokens }) => tokens),
        );
        for (const [place, { score }] of other.value.entries())
          assert.ok(Math.abs(score - (each.value[place]?.score ?? Number.NaN)) < 1e-4);
      }
    });

    it('are let go when an answer is stopped', async () => {
      const stop = new AbortController();
      let tokens = 0;
      const onToken = () => {
        tokens += 1;
        if (tokens === 2) stop.abort();
      };
      const asked = ASKED.slice(0, 3).map((each) => ({ ...each, signal: stop.signal, onToken }));
      await ask(device, asked);
      assert.ok(tokens >= 2);
      requireNothingLeft();
    });

    it('are let go when a run fails', async () => {
      let tokens = 0;
      const onToken = () => {
        tokens += 1;
        fails = tokens >= 3;
      };
      const results = await ask(
        device,
        ASKED.map((each) => ({ ...each, onToken })),
      );
      assert.ok(results.some(({ status }) => status === 'rejected'));
      requireNothingLeft();
    });
  });
}
