import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../artifact/user-error.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { GraphThread } from '../../runtime/graph-thread/graph-thread.ts';
import { loadInThread } from '../../runtime/load-in-thread.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { startHere } from '../../runtime/worker/start-here.ts';
import { compiledModel, PROMPTS, picture } from './compiled-model.ts';

const prompt = PROMPTS['two examples'] ?? { query: {} };

describe('a model in the thread that asks, the graph of its pictures in another', () => {
  const open = (directory: string) => loadInThread(startHere(new GraphThread()), directory, { threads: 1 });

  it('gives what the same model gives in one thread', async () => {
    const directory = await compiledModel();
    await using engine = await Engine.open({ directory, verify: false, imageMemory: 0, threads: 1 });
    const model = await open(directory);
    try {
      const [expected] = await engine.generate([prompt], { maxNewTokens: 8 });
      const told: string[] = [];
      const onToken = ({ text }: { text: string }) => void told.push(text);
      assert.deepEqual(await model.generate(prompt, { maxNewTokens: 8, onToken }), expected);
      assert.ok(told.length > 0);
      assert.deepEqual(
        await model.encodeImages([picture('dog.jpg')]),
        await engine.encodeImages([{ kind: 'image', source: picture('dog.jpg') }]),
      );
    } finally {
      await model.close();
    }
    await assert.rejects(model.generate(prompt), /^UserError: The model is closed/);
  });

  it('stops when it is told to, between two tokens', async () => {
    const model = await open(await compiledModel());
    const controller = new AbortController();
    const { finish, tokens } = await model.generate(prompt, {
      maxNewTokens: 150,
      signal: controller.signal,
      onToken: () => controller.abort(),
    });
    assert.equal(finish, 'aborted');
    assert.ok(tokens.length < 20, `${tokens.length} tokens were written`);
    await model.close();
  });

  it('has ended its other thread when it says what is wrong: the program may end at once', async () => {
    const artifact = await openArtifact(await compiledModel());
    const thread = new GraphThread();
    await assert.rejects(loadInThread(startHere(thread), 'nowhere'), /nowhere is not an artifact/);
    const asked = thread.open({ directory: artifact.directory, manifest: artifact.manifest }, 'vision', {});
    await assert.rejects(
      Promise.race([asked, setImmediate('it may still be loading')]),
      /ended unexpectedly/,
    );
  });

  it('says of a damaged file what is wrong with it, whichever thread was to read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'start-here-'));
    try {
      for (const damaged of ['vision.onnx', 'language.onnx', 'weights.safetensors']) {
        const directory = join(folder, damaged);
        await cp(await compiledModel(), directory, { recursive: true });
        const path = join(directory, damaged);
        const bytes = await readFile(path);
        const last = bytes.length - 1;
        bytes[last] = (bytes[last] ?? 0) ^ 1;
        await writeFile(path, bytes);
        await assert.rejects(open(directory), (error: unknown) => {
          assert.ok(error instanceof UserError, String(error));
          assert.match(error.message, new RegExp(`${damaged} is not the file that was compiled`));
          return true;
        });
        await truncate(path, last);
        await assert.rejects(open(directory), new RegExp(`${damaged} has ${last} bytes but`));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
