import assert from 'node:assert/strict';
import { Tensor } from 'onnxruntime-common';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { LazySession } from '../../runtime/session/lazy-session.ts';
import { openGraphSession } from '../../runtime/session/open-graph.ts';
import { compiledModel } from './compiled-model.ts';

describe('a graph that is loaded when it is first run', () => {
  it('is let go after work that needed it once, and kept where it had been needed before', async () => {
    const artifact = await openArtifact(await compiledModel());
    let opened = 0;
    let closed = 0;
    const session = new LazySession(async () => {
      opened++;
      const { close, ...found } = await openGraphSession(artifact, 'vision', { threads: 1 }).then((real) => ({
        run: real.run.bind(real),
        profile: real.profile.bind(real),
        writesInPlace: real.writesInPlace,
        takesDeviceTensors: false,
        close: () => real.close(),
      }));
      const counted = async () => {
        closed++;
        await close();
      };
      return { ...found, close: counted, [Symbol.asyncDispose]: counted };
    });
    const pixels = new Tensor('float32', new Float32Array(3 * 28 * 28), [1, 1, 3, 28, 28]);
    const run = () => session.run({ pixels });
    const { latents } = await session.forOnce(run);
    assert.deepEqual([opened, closed], [1, 1]);
    const again = await run();
    assert.deepEqual(again.latents?.data, latents?.data);
    await session.forOnce(run);
    assert.deepEqual([opened, closed], [2, 1]);
    await assert.rejects(
      session.forOnce(() => Promise.reject(new Error('stopped'))),
      /stopped/,
    );
    await session.close();
    await session.close();
    assert.deepEqual([opened, closed], [2, 2]);
  });
});
