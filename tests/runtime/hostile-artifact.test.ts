import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  type GraphManifest,
  type ImagePreprocessing,
  type LanguageSettings,
  type Manifest,
  manifestSchema,
} from '../../artifact/manifest.ts';
import { packedCrossAttentionSchema } from '../../artifact/media/packed-cross-attention.ts';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { readTasks } from '../../runtime/evaluate/read-tasks.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { compiledModel, PROMPTS } from './compiled-model.ts';

/** Artifacts whose manifest does not tell the truth: none is laid out, run, or waited for. */
/** What the compiled model's manifest says. */
type Told = Manifest & {
  graphs: Record<'vision' | 'language', GraphManifest>;
  image: ImagePreprocessing;
  language: LanguageSettings;
  media: z.infer<typeof packedCrossAttentionSchema>;
};

describe('artifacts that lie', () => {
  let folder: string;
  let directory: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lying-'));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    directory = join(folder, 'artifact');
    await cp(await compiledModel(), directory, { recursive: true });
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const oneSentence = (sentence: RegExp) => (error: unknown) => {
    assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
    assert.match(error.message, sentence);
    assert.doesNotMatch(error.message, /\n/);
    assert.ok(error.message.length < 1000, error.message);
    return true;
  };
  const manifestPath = () => join(directory, 'manifest.json');
  const edit = async (change: (manifest: Told) => void): Promise<void> => {
    const { graphs, image, language, media, ...rest } = manifestSchema.parse(
      JSON.parse(await readFile(manifestPath(), 'utf8')),
    );
    assert.ok(graphs.vision && graphs.language && image && language);
    const told = {
      ...rest,
      graphs: { vision: graphs.vision, language: graphs.language },
      ...{ image, language, media: packedCrossAttentionSchema.parse(media) },
    };
    change(told);
    await writeFile(manifestPath(), JSON.stringify(told));
  };
  const open = () =>
    Engine.open({ directory, verify: false, imageMemory: 0 }).then((engine) => engine.close());

  const LIES: Readonly<Record<string, (manifest: Told) => void>> = {
    'image.size': ({ image }) => (image.size *= 2),
    'language.vocabulary': ({ language }) => (language.vocabulary += 1),
    'language.layers': ({ language }) => (language.layers -= 1),
    'language.layers, a billion': ({ language }) => (language.layers = 1e9),
    'language.layers, none': ({ language }) => (language.layers = 0),
    'language.states': ({ language }) => Object.assign(language, { states: { 'h.0': [2 ** 27] } }),
    'language.keyValueHeads': ({ language }) => (language.keyValueHeads *= 2),
    'language.headDim': ({ language }) => (language.headDim = 2 ** 40),
    'media.layers': ({ media }) => (media.layers += 1),
    'media.layers, a billion': ({ media }) => (media.layers = 1e9),
    'media.heads': ({ media }) => (media.heads += 1),
    'media.headDim': ({ media }) => (media.headDim += 1),
    'media.latents': ({ media }) => (media.latents += 1),
    'an input twice': ({ graphs }) => graphs.vision.inputs.push(...graphs.vision.inputs),
    'an unknown output': ({ graphs }) =>
      graphs.vision.outputs.push({ name: 'other', dtype: 'float32', shape: [1] }),
  };
  for (const [name, lie] of Object.entries(LIES)) {
    it(`refuses another value than the ports have: ${name}`, async () => {
      await edit(lie);
      await assert.rejects(
        openArtifact(directory),
        oneSentence(/manifest\.json (says|lists) .*: compile the model again/),
      );
    });
  }

  it('refuses a state that no memory holds', async () => {
    await edit(({ language }) => Object.assign(language, { states: { 'h.0': [2 ** 52, 2 ** 52] } }));
    await assert.rejects(
      openArtifact(directory),
      oneSentence(/manifest\.json is wrong at field 'language\.states\.h\.0' \(a state is too large\)/),
    );
  });

  it('refuses a manifest that agrees with itself, but not with the graph', async () => {
    await edit(({ language, graphs }) => {
      language.vocabulary += 1;
      for (const port of graphs.language.outputs)
        if (port.name === 'logits') port.shape[1] = language.vocabulary;
    });
    await openArtifact(directory);
    await assert.rejects(
      open(),
      oneSentence(/has an output 'logits' that is float32 \[wanted, 261\], not float32/),
    );
    await edit(({ language, graphs }) => {
      language.vocabulary -= 1;
      for (const port of graphs.language.outputs)
        if (port.name === 'logits') port.shape[1] = language.vocabulary;
      for (const port of graphs.language.inputs) if (port.name === 'tokens') port.dtype = 'int32';
    });
    await assert.rejects(
      open(),
      oneSentence(/the input 'tokens' of the graph 'language' is int32 \[batch, text\], but .* needs int64/),
    );
  });

  it('says what a graph cannot run, where the manifest promises a longer context than its positions', async () => {
    await edit(({ language }) => (language.contextLength = 100_000));
    await using engine = await Engine.open({ directory, verify: false, imageMemory: 0 });
    const prompt = { query: { text: 'a'.repeat(2000) } };
    await assert.rejects(
      engine.generate([prompt], {}),
      oneSentence(/ONNX Runtime cannot run .*language\.onnx/),
    );
    const whole = PROMPTS['no picture'];
    assert.ok(whole);
    await engine.generate([whole], { maxNewTokens: 1 });
  });

  it('refuses pictures that are divided by 0', async () => {
    await edit(({ image }) => (image.std = [0.5, 0, 0.5]));
    await assert.rejects(open(), oneSentence(/is wrong at field 'image\.std\.1'/));
  });

  it('says that a symbolic link is in the way of weights', async () => {
    const weights = join(directory, 'weights.safetensors');
    await rename(weights, join(folder, 'elsewhere.safetensors'));
    await symlink(join(folder, 'elsewhere.safetensors'), weights);
    await assert.rejects(
      open(),
      oneSentence(/by a symbolic link out of its folder: put the file itself there/),
    );
  });

  it('hashes a graph whatever its name', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      await cp(await compiledModel(), directory, { recursive: true });
      await cp(join(directory, 'vision.onnx'), join(directory, name));
      await edit(({ graphs }) => (graphs.vision.file = name));
      await assert.rejects(
        openArtifact(directory),
        oneSentence(new RegExp(`names the graph '${name}' but does not list it under files`)),
      );
    }
  });

  it('reads no file of a name that cannot be', async () => {
    for (const name of ['a\0b', 'a\nb', '.', '..', '', 'a/b']) {
      await cp(await compiledModel(), directory, { recursive: true });
      await edit(({ files }) => (files[name] = { bytes: 1, sha256: '' }));
      await assert.rejects(openArtifact(directory), oneSentence(/which is not in the folder itself/));
    }
    await assert.rejects(openArtifact('a\0b'), oneSentence(/NUL/));
  });

  it('waits for no pipe and reads no device', async function () {
    if (process.platform === 'win32') this.skip();
    const hash = createHash('sha256').digest('hex');
    const replaced = async (name: string, make: (path: string) => void | Promise<void>): Promise<void> => {
      const path = join(directory, name);
      await rm(path, { force: true });
      await make(path);
    };
    const pipe = (path: string) => void execFileSync('mkfifo', [path]);
    const zero = (path: string) => symlink('/dev/zero', path);
    for (const make of [pipe, zero]) {
      await cp(await compiledModel(), directory, { recursive: true });
      await edit(({ files }) => (files['tokenizer.json'] = { bytes: 0, sha256: hash }));
      await replaced('tokenizer.json', make);
      await assert.rejects(openArtifact(directory), oneSentence(/is not a file/));
      await replaced('manifest.json', make);
      await assert.rejects(openArtifact(directory), oneSentence(/is not a file, but a pipe or a device/));
      await replaced('tasks.jsonl', make);
      await assert.rejects(
        readTasks(join(directory, 'tasks.jsonl')),
        oneSentence(/is not a file, but a pipe or a device/),
      );
    }
  });

  it('refuses a manifest that is larger or deeper than any', async () => {
    await writeFile(manifestPath(), Buffer.alloc(LIMITS.manifest.most + 1, ' '));
    await assert.rejects(
      openArtifact(directory),
      oneSentence(/is too large: at most \d+ bytes of a manifest/),
    );
    await writeFile(manifestPath(), '['.repeat(1_000_000));
    await assert.rejects(openArtifact(directory), oneSentence(/nests its values deeper/));
    await writeFile(manifestPath(), JSON.stringify({ format: { a: 'x'.repeat(1_000_000) } }));
    await assert.rejects(openArtifact(directory), oneSentence(/has format "object"/));
  });

  it('refuses a line of tasks without end, and one of very many pictures', async () => {
    const path = join(directory, 'tasks.jsonl');
    await writeFile(path, '"'.padEnd(LIMITS.taskLine.most + 2 ** 17, 'a'));
    const { problems: endless } = await readTasks(path);
    assert.match(endless[0]?.message ?? '', /line 1 is left out: it has more than \d+ characters/);
    const images = Array.from({ length: 100_000 }, (_, index) => `${index}`);
    await writeFile(path, JSON.stringify({ images, text: '', answers: ['a'] }));
    const { problems } = await readTasks(path);
    assert.match(problems[0]?.message ?? '', /it has 100000 images in a row, but at most 1000/);
    await writeFile(path, `${'['.repeat(1000)}\n{"answers": ["x"], "choices": ["${'y'.repeat(1000)}", "z"]}`);
    const { problems: two } = await readTasks(path);
    assert.equal(two.length, 2);
    for (const { message } of two) assert.ok(message.length < 1000, message);
  });
});
