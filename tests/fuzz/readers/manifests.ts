import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../../artifact/manifest.ts';
import { workPerStep } from '../../../cli/work-per-step.ts';
import { compile } from '../../../compiler/compile.ts';
import { ModelError } from '../../../dsl/errors/model-error.ts';
import tiny from '../../../models/presets/tiny.ts';
import { openArtifact } from '../../../runtime/artifact/artifact.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateJson } from '../mutate-json.ts';

/** Manifests of compiled models, beside the files of a whole one. */
export const reader: FuzzReader = {
  name: 'manifests',
  async prepare(folder) {
    const out = join(folder, 'artifact');
    await compile(tiny, {
      out,
      source: 'tiny.ts',
      tokenizer: 'models/tokenizers/byte-level.json',
      weights: 'none',
    });
    const path = join(out, 'manifest.json');
    // Small files: it is the manifest that is read.
    const manifest: Manifest = JSON.parse(readFileSync(path, 'utf8'));
    for (const name of Object.keys(manifest.files)) {
      writeFileSync(join(out, name), name);
      manifest.files[name] = { bytes: name.length, sha256: createHash('sha256').update(name).digest('hex') };
    }
    const text = JSON.stringify(manifest);
    const whole = Buffer.from(text);
    return {
      seeds: [whole],
      make: (random) => mutateJson(random, [text]),
      async read(file) {
        writeFileSync(path, file);
        try {
          const { manifest } = await openArtifact(out, { runnable: false });
          workPerStep(manifest);
        } catch (error) {
          // Such an error is about a model file, and there is none.
          if (error instanceof ModelError) throw new Error('a ModelError', { cause: error });
          throw error;
        }
      },
    };
  },
};
