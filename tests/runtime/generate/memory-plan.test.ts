import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { UserError } from '../../../artifact/user-error.ts';
import {
  defaultCachedTokens,
  MemoryPlan,
  type Release,
} from '../../../runtime/generate/cache/memory-plan.ts';

const size = (prompt: number, written = 0, rows = 1) => ({ prompt, written, rows });

/** Lets all that has been promised happen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the plan of memory', () => {
  it('counts rows that stand together by the longest of them, and others by themselves', async () => {
    const plan = new MemoryPlan(1000);
    await plan.reserve(size(90, 10, 3));
    assert.equal(plan.tokens, 300);
    const release = await plan.reserve(size(150));
    assert.equal(plan.tokens, 4 * 150);
    await plan.reserve({ ...size(200), batched: false });
    assert.equal(plan.tokens, 4 * 150 + 200);
    release();
    release();
    assert.equal(plan.tokens, 300 + 200);
  });

  it('lets those that have no room wait in the order in which they came', async () => {
    const plan = new MemoryPlan(100);
    const order: string[] = [];
    const reserve = (name: string, tokens: number) =>
      plan.reserve(size(tokens)).then((release) => {
        order.push(name);
        return release;
      });
    const first = await reserve('first', 60);
    void reserve('large', 80);
    void reserve('small', 10);
    await settled();
    assert.deepEqual(order, ['first'], 'a small one does not pass a large one for ever');
    assert.equal(plan.hasRoom(size(1)), false);
    first();
    await settled();
    assert.deepEqual(order, ['first', 'large']);
  });

  it('forgets who is stopped while it waits, and lets those behind it go on', async () => {
    const plan = new MemoryPlan(100);
    await plan.reserve(size(40));
    const controller = new AbortController();
    const large = plan.reserve(size(80), controller.signal);
    let small = false;
    void plan.reserve(size(45)).then(() => {
      small = true;
    });
    await settled();
    assert.equal(small, false);
    controller.abort(new Error('enough'));
    await assert.rejects(large, /enough/);
    await settled();
    assert.equal(small, true);
    await assert.rejects(plan.reserve(size(1), AbortSignal.abort(new Error('before'))), /before/);
  });

  it('refuses what has no room even alone, and says how much it needs', async () => {
    const plan = new MemoryPlan(100);
    const refused = (planned: Parameters<MemoryPlan['reserve']>[0], sentence: RegExp) =>
      assert.rejects(plan.reserve(planned), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, sentence);
        return true;
      });
    await refused(
      size(90, 20),
      /^The request needs room for 110 tokens, 90 of its prompt and 20 to be written, but 100 are planned for all requests together: shorten its prompt, ask for fewer new tokens, or load the model with a larger 'cachedTokens'\.$/,
    );
    await refused(
      size(101),
      /^The request needs room for 101 tokens, but 100 are .*: shorten its prompt, or/,
    );
    await refused(size(20, 20, 3), /for each of 3 beams, .* for fewer beams,/);
  });

  it('holds no more than its bound, and answers everybody', async () => {
    const request = fc.record({
      prompt: fc.integer({ min: 1, max: 60 }),
      written: fc.integer({ min: 0, max: 40 }),
      rows: fc.integer({ min: 1, max: 3 }),
      batched: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 20 }),
        fc.infiniteStream(fc.nat()),
        async (all, pick) => {
          const plan = new MemoryPlan(300);
          const held: Release[] = [];
          let granted = 0;
          for (const each of all)
            void plan.reserve(each).then((release) => {
              granted += 1;
              held.push(release);
            });
          await settled();
          while (held.length > 0) {
            assert.ok(plan.tokens <= 300);
            const [index = 0] = [(pick.next().value ?? 0) % held.length];
            for (const release of held.splice(index, 1)) release();
            await settled();
          }
          assert.deepEqual([granted, plan.tokens], [all.length, 0]);
        },
      ),
    );
  });

  it('has room for a whole context where nobody says otherwise, whatever the machine has', () => {
    const sizes = { vocabulary: 9, eosTokens: [], suppressedTokens: [] };
    const tokens = { image: null, endOfChunk: null, padding: '<PAD>', beginning: null, end: '</s>' };
    const of = (layers: number) =>
      defaultCachedTokens(
        { ...sizes, tokens, layers, keyValueHeads: 64, headDim: 512, contextLength: 100_000 },
        2 ** 34,
      );
    assert.ok(of(1) >= 100_000);
    assert.equal(of(1_000_000), 100_000);
  });
});
