import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { GraphManifest, Manifest } from '../../artifact/manifest.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { Tensor } from '../../runtime/onnx-runtime.ts';
import { ADD_CUDA } from '../../runtime/provider/cuda.ts';
import { openSession } from '../../runtime/session/open-session.ts';
import { assertClose } from '../models/close.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { compiledModel } from './compiled-model.ts';

const library = join(
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node')),
  `../bin/napi-v6/${process.platform}/${process.arch}/libonnxruntime_providers_cuda.so`,
);

describe('a session', () => {
  let path: string;
  let manifest: Manifest;
  let graph: GraphManifest;
  let size: number;

  before(async () => {
    const artifact = await openArtifact(await compiledModel());
    manifest = artifact.manifest;
    const { vision } = manifest.graphs;
    assert.ok(vision && manifest.image);
    graph = vision;
    size = manifest.image.size;
    path = artifact.path(graph.file);
  });

  const pixels = () => {
    const data = Float32Array.from({ length: 3 * size * size }, (_, index) => Math.sin(index));
    return new Tensor('float32', data, [1, 1, 3, size, size]);
  };

  const refuses = (promise: Promise<unknown>, sentence: RegExp) =>
    assert.rejects(promise, oneSentence(sentence));

  it('gives the same whatever ONNX Runtime optimises and however many threads it has', async () => {
    const all: Float32Array[] = [];
    for (const options of [
      {},
      { optimisation: 'disabled', threads: 1 },
      { optimisation: 'basic', threads: 2 },
    ] as const) {
      await using session = await openSession(path, graph, options);
      const { latents } = await session.run({ pixels: pixels() });
      assert.ok(latents?.data instanceof Float32Array);
      all.push(latents.data);
    }
    for (const latents of all) assertClose(latents, all[0] ?? []);
  });

  it('waits for its last run before it closes, and runs no more', async () => {
    const session = await openSession(path, graph);
    const run = session.run({ pixels: pixels() });
    const closed = session.close();
    assert.ok((await run).latents);
    await closed;
    await session.close();
    await refuses(session.run({ pixels: pixels() }), /session of .* is closed/);
  });

  it('refuses a graph that is not the one of the manifest', async () => {
    await refuses(
      openSession(path, manifest.graphs.language ?? graph),
      /has an input 'pixels', but its manifest says otherwise/,
    );
    const more = {
      ...graph,
      outputs: [...graph.outputs, { name: 'extra', dtype: 'float32' as const, shape: [] }],
    };
    await refuses(openSession(path, more), /has no output 'extra'/);
  });

  it('refuses what ONNX Runtime refuses, in one sentence', async () => {
    const broken = join(dirname(path), 'broken.onnx');
    await writeFile(broken, 'no graph');
    await refuses(
      openSession(broken, graph),
      /ONNX Runtime refuses .*broken\.onnx \(.+\): compile the model again\.$/,
    );
    await refuses(openSession(path, graph, { threads: 0 }), /number of threads is 0/);
  });

  it('names the command that the README names for adding CUDA', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    assert.ok(readme.includes(`\`${ADD_CUDA}\``));
  });

  it('uses CUDA or says how to add it, and never the CPU instead', async function () {
    if (existsSync(library)) this.skip();
    await refuses(
      openSession(path, graph, { provider: 'cuda' }),
      /Provider 'cuda' was asked for but .*use provider 'cpu'\.$/,
    );
    if (process.platform === 'linux' && process.arch === 'x64') {
      await assert.rejects(openSession(path, graph, { provider: 'cuda' }), (error: Error) =>
        error.message.includes(ADD_CUDA),
      );
    }
  });
});
