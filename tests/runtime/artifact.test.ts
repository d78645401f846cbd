import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { ARTIFACT_FORMAT } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { compiledModel } from './compiled-model.ts';

describe('opening an artifact', () => {
  let folder: string;
  let directory: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'artifact-'));
    directory = join(folder, 'artifact');
    await cp(await compiledModel(), directory, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const refuses = (sentence: RegExp, options = {}) =>
    assert.rejects(openArtifact(directory, options), (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, sentence);
      assert.ok(
        error.message.includes(directory) && error.message.endsWith('.') && !error.message.includes('\n'),
      );
      return true;
    });

  const manifestPath = () => join(directory, 'manifest.json');

  async function editManifest(edit: (manifest: Record<string, unknown>) => void): Promise<void> {
    const manifest = JSON.parse(await readFile(manifestPath(), 'utf8'));
    edit(manifest);
    await writeFile(manifestPath(), JSON.stringify(manifest));
  }

  it('gives the manifest and the paths of the files', async () => {
    const artifact = await openArtifact(directory, { verify: true });
    assert.equal(artifact.manifest.model.name, 'small');
    assert.equal(artifact.path('vision.onnx'), join(directory, 'vision.onnx'));
  });

  it('refuses a folder without a manifest', async () => {
    await rm(manifestPath());
    await refuses(/is not an artifact, as it has no manifest\.json/);
    await rm(directory, { recursive: true });
    await refuses(/is not an artifact/);
    await writeFile(directory, 'a file');
    await refuses(/is not an artifact/);
  });

  it('refuses another format by its number', async () => {
    await editManifest((manifest) => {
      manifest.format = ARTIFACT_FORMAT + 1;
      manifest.somethingNew = true;
    });
    await refuses(
      new RegExp(
        `has format ${ARTIFACT_FORMAT + 1} but this version of flamingo-onnx reads format ${ARTIFACT_FORMAT}:`,
      ),
    );
  });

  it('names the field that is wrong', async () => {
    await editManifest((manifest) => {
      manifest.language = { ...(manifest.language as object), contextLength: 'long' };
    });
    await refuses(/wrong at field 'language\.contextLength' \(expected number, received string\)/);
  });

  it('names a way of media that is not known, and says how to give it', async () => {
    await editManifest((manifest) => {
      manifest.media = { ...(manifest.media as object), way: 'telepathy' };
    });
    await refuses(
      /was compiled with the way of media 'telepathy', but those that are known here are packed-cross-attention, masked-cross-attention, [a-z, -]*spliced, none: load it with its definition in the option 'ways', or call the command line in the folder whose flamingo\.config\.ts has it\.$/,
    );
  });

  it('refuses an artifact without weights', async () => {
    await editManifest((manifest) => {
      manifest.parameters = { ...(manifest.parameters as object), origin: 'none' };
    });
    await refuses(/was compiled without weights and cannot run/);
  });

  for (const file of [
    'vision.onnx',
    'language.onnx',
    'weights.safetensors',
    'tokenizer.json',
    'client.mjs',
  ]) {
    it(`refuses a missing, shortened or altered ${file}`, async () => {
      const path = join(directory, file);
      const bytes = await readFile(path);
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      await writeFile(path, bytes);
      await refuses(/is not the file that was compiled, as its SHA-256 differs/);
      await truncate(path, bytes.length - 1);
      await refuses(new RegExp(`has ${bytes.length - 1} bytes but ${bytes.length} are expected`));
      await rm(path);
      await refuses(/is missing, but the manifest lists it/);
    });
  }

  it('reads no file outside of the folder', async () => {
    await editManifest((manifest) => {
      manifest.files = { '../secret': { bytes: 1, sha256: '' } };
    });
    await refuses(/lists the file '\.\.\/secret', which is not in the folder itself/);
  });

  it('gives one sentence for any damaged manifest', async () => {
    const text = await readFile(manifestPath(), 'utf8');
    const damage = fc.record({
      start: fc.nat(text.length),
      length: fc.nat(40),
      put: fc.string({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ start, length, put }) => {
        await writeFile(manifestPath(), text.slice(0, start) + put + text.slice(start + length));
        try {
          await openArtifact(directory);
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
          assert.ok(!error.message.includes('\n'), error.message);
        }
      }),
      { numRuns: 100 },
    );
  });
});
