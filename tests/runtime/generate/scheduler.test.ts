import assert from 'node:assert/strict';
import { type Artifact, openArtifact } from '../../../runtime/artifact/artifact.ts';
import { requireLanguage } from '../../../runtime/artifact/manifest-text.ts';
import { LanguageModel } from '../../../runtime/generate/language-model.ts';
import { createSearch, parseGenerateOptions } from '../../../runtime/generate/options.ts';
import { Scheduler } from '../../../runtime/generate/scheduler/scheduler.ts';
import type { Hypothesis } from '../../../runtime/generate/search/search.ts';
import { mediaWayOf } from '../../../runtime/media/index.ts';
import { type MediaWay, mediaFeeds, mediaInputs, type SeenMedia } from '../../../runtime/media/way.ts';
import { scoreCandidates } from '../../../runtime/score.ts';
import { openGraphSession } from '../../../runtime/session/open-graph.ts';
import type { GraphSession } from '../../../runtime/session.ts';
import { loadTokenizer, type Tokenizer } from '../../../runtime/tokenizer.ts';
import { compiledModel } from '../compiled-model.ts';

describe('the scheduler', () => {
  let artifact: Artifact;
  let session: GraphSession;
  let tokenizer: Tokenizer;
  let way: MediaWay;
  /** Runs of the language graph: its sequences and the new tokens of each. */
  let runs: { batch: number; text: number }[] = [];

  before(async () => {
    artifact = await openArtifact(await compiledModel());
    const { language, media } = requireLanguage(artifact);
    tokenizer = await loadTokenizer(artifact.path('tokenizer.json'), language.tokens);
    way = mediaWayOf(media, { language, special: tokenizer.special });
    session = await openGraphSession(artifact, 'language', { threads: 1 });
    const run = session.run.bind(session);
    session.run = (inputs) => {
      const [batch = 0, text = 0] = inputs.tokens?.dims ?? [];
      runs.push({ batch, text });
      return run(inputs);
    };
  });
  beforeEach(() => {
    runs = [];
  });
  after(() => session.close());

  const modelOf = (its: MediaWay = way) =>
    new LanguageModel(session, requireLanguage(artifact).language, its, tokenizer.special);

  type Asked = { text: string; maxNewTokens?: number; seed?: number; onToken?: () => void };

  /** Asks in text alone; answers are drawn at random, which seldom end of themselves. */
  function ask(
    scheduler: Scheduler,
    { text, maxNewTokens = 12, seed = 1, onToken }: Asked,
  ): Promise<Hypothesis[]> {
    const settings = parseGenerateOptions({ maxNewTokens, temperature: 3, seed });
    const search = createSearch(settings, tokenizer.special, () => {
      onToken?.();
      return false;
    });
    const prepare = async () => ({ tokens: tokenizer.encode(text), media: [] });
    return scheduler.answer({ prepare, search, rows: 1, newTokens: maxNewTokens });
  }

  const tokensOf = (answers: readonly Hypothesis[]) => answers.map(({ tokens }) => tokens);

  it('writes the answers of requests that come together in the same runs', async () => {
    const scheduler = new Scheduler(modelOf());
    const asked = Array.from({ length: 8 }, (_, seed) => ({ text: 'Once upon '.repeat(1 + seed), seed }));
    const answers = await Promise.all(asked.map((each) => ask(scheduler, each)));
    const longest = Math.max(...answers.map(([answer]) => answer?.tokens.length ?? 0));
    const reading = runs.filter(({ text }) => text > 1);
    assert.ok(reading.every(({ batch, text }) => batch * text <= 256));
    assert.ok(runs.length <= longest + 2 * reading.length, `${runs.length} runs for ${longest} tokens`);
    assert.ok(runs.some(({ batch, text }) => text === 1 && batch === 8));
    for (const [index, each] of asked.entries())
      assert.deepEqual(tokensOf(await ask(scheduler, each)), tokensOf(answers[index] ?? []));
  });

  it('lets a request join those that are being answered, and leave before them', async () => {
    const scheduler = new Scheduler(modelOf());
    const order: string[] = [];
    let second: Promise<unknown> | undefined;
    await ask(scheduler, {
      text: 'Once',
      maxNewTokens: 60,
      seed: 3,
      onToken: () => {
        second ??= ask(scheduler, { text: 'A dog', maxNewTokens: 3 }).then(() => order.push('short'));
      },
    }).then(() => order.push('long'));
    await second;
    assert.deepEqual(order, ['short', 'long']);
    assert.ok(runs.some(({ batch, text }) => batch === 2 && text === 1));
    assert.deepEqual(runs.at(-1), { batch: 1, text: 1 });
  });

  it('reads a long prompt in pieces, between which a short one is read and others get their tokens', async () => {
    const scheduler = new Scheduler(modelOf(), { chunk: 10 });
    const order: string[] = [];
    const first = (name: string) => () => {
      if (!order.includes(name)) order.push(name);
    };
    const long = 'x'.repeat(95);
    const answers = await Promise.all([
      ask(scheduler, { text: long, onToken: first('long') }),
      ask(scheduler, { text: 'short', onToken: first('short') }),
    ]);
    assert.deepEqual(order, ['short', 'long']);
    assert.ok(runs.every(({ batch, text }) => batch * text <= 10));
    assert.deepEqual(runs[0], { batch: 1, text: 10 });
    const written = runs.findIndex(({ text }) => text === 1);
    assert.ok(written < 4, 'the short one is being answered while the long one is read');
    assert.ok(runs.slice(written).some(({ text }) => text === 10));
    const whole = new Scheduler(modelOf(), { chunk: 1000 });
    assert.deepEqual(tokensOf(await ask(whole, { text: long })), tokensOf(answers[0] ?? []));
  });

  it('lets those that come later wait where a way of media cannot join them, with the same answers', async () => {
    const { inPieces, prefill, ...rest } = way;
    assert.ok(inPieces);
    const simple: MediaWay = {
      ...rest,
      prefill(layout, media) {
        assert.ok(
          layout.sequences.every(({ before }) => before === undefined),
          'prompts are read whole',
        );
        const shown = prefill(layout, media);
        const plain = (each: SeenMedia): SeenMedia => ({
          feeds: (next) => mediaFeeds(mediaInputs(each, next)),
          select: (rows) => plain(each.select(rows)),
        });
        return { feeds: mediaFeeds(shown), seen: plain(shown.seen) };
      },
    };
    const asked = Array.from({ length: 11 }, (_, seed) => ({ text: `${seed} and `.repeat(1 + seed), seed }));
    const scheduler = new Scheduler(modelOf(simple), { chunk: 10 });
    const answers = await Promise.all(asked.map((each) => ask(scheduler, each)));
    assert.ok(runs.some(({ batch }) => batch === 8));
    assert.ok(runs.every(({ batch }) => batch <= 8));
    const able = new Scheduler(modelOf());
    for (const [index, each] of asked.entries())
      assert.deepEqual(tokensOf(await ask(able, each)), tokensOf(answers[index] ?? []));
  });

  it('scores candidates of several prompts in the same runs, and as each is scored alone', async () => {
    const scheduler = new Scheduler(modelOf());
    const prompts = Array.from({ length: 6 }, (_, index) => tokenizer.encode('Once '.repeat(1 + index)));
    const candidates = [[5, 6, 7], [8], [9, 10]];
    // The third has nothing to be read after its prompt, and waits for nobody.
    const candidatesOf = (index: number) => (index === 2 ? [[5], [8]] : candidates.slice(index % 2));
    const score = (tokens: readonly number[], index: number, signal?: AbortSignal) =>
      scheduler.score({
        prepare: async () => ({ prompt: { tokens, media: [] }, candidates: candidatesOf(index) }),
        signal,
      });
    const together = await Promise.all(prompts.map((tokens, index) => score(tokens, index)));
    assert.deepEqual(
      runs.map(({ batch }) => batch),
      [6, 6],
      'one run over the prompts and one over all candidates',
    );
    for (const [index, tokens] of prompts.entries()) {
      const alone = await scoreCandidates(modelOf(), { tokens, media: [] }, candidatesOf(index));
      assert.deepEqual(
        together[index]?.map(({ length }) => length),
        candidatesOf(index).map(({ length }) => length),
      );
      for (const [place, scores] of alone.entries())
        for (const [at, value] of scores.entries())
          assert.ok(Math.abs(value - (together[index]?.[place]?.[at] ?? Number.NaN)) < 1e-4);
    }
  });

  it('scores beside answers, and ends what is stopped with the reason', async () => {
    const scheduler = new Scheduler(modelOf());
    const prepare = async () => ({
      prompt: { tokens: tokenizer.encode('A dog'), media: [] },
      candidates: [[5, 6], [7]],
    });
    const alone = await scheduler.score({ prepare });
    const stop = new AbortController();
    const order: string[] = [];
    const others: Promise<unknown>[] = [];
    const answer = await ask(scheduler, {
      text: 'Once',
      maxNewTokens: 40,
      seed: 3,
      onToken: () => {
        if (others.length > 0) return;
        const stopped = scheduler.score({ prepare, signal: stop.signal });
        others.push(assert.rejects(stopped, /enough/));
        others.push(scheduler.score({ prepare }).then((scores) => order.push(JSON.stringify(scores))));
        stop.abort(new Error('enough'));
      },
    });
    order.push('answer');
    await Promise.all(others);
    assert.deepEqual(order, [JSON.stringify(alone), 'answer']);
    assert.deepEqual(
      tokensOf(answer),
      tokensOf(await ask(scheduler, { text: 'Once', maxNewTokens: 40, seed: 3 })),
    );
  });

  it('ends those whose run fails, and answers who comes after', async () => {
    const scheduler = new Scheduler(modelOf());
    const answering = { text: 'Once', maxNewTokens: 30, seed: 3 };
    const refused = { prepare: async () => ({ tokens: [100_000], media: [] }), rows: 1, newTokens: 1 };
    const search = () => createSearch(parseGenerateOptions({}), tokenizer.special);
    const [wrong, right] = await Promise.allSettled([
      scheduler.answer({ ...refused, search: search() }),
      ask(new Scheduler(modelOf()), answering),
    ]);
    assert.match(String(wrong.status === 'rejected' && wrong.reason), /^UserError: ONNX Runtime cannot run/);
    assert.ok(right.status === 'fulfilled');
    assert.deepEqual(tokensOf(await ask(scheduler, answering)), tokensOf(right.value));
  });
});
