import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../../artifact/parse-json.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { openSafetensors } from '../../../artifact/weights/safetensors.ts';
import { ModelError } from '../../../dsl/errors/model-error.ts';
import { clipVitFromConfig } from '../../../models/clip/config.ts';
import { openClipFromConfig } from '../../../models/clip/open-clip-config.ts';
import { tokenIdsFromConfig } from '../../../models/configs/generation.ts';
import { languageModelFromConfig } from '../../../models/configs/language-families.ts';
import { preprocessingFromConfig } from '../../../models/configs/preprocessor.ts';
import { visionEncoderFromConfig } from '../../../models/configs/vision-families.ts';
import { ideficsFromConfig } from '../../../models/idefics/config.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateJson } from '../mutate-json.ts';

const FOLDER = 'tests/references';

const READERS: readonly ((config: unknown) => unknown)[] = [
  languageModelFromConfig,
  (config) => languageModelFromConfig(config, { vocabulary: 300 }),
  ideficsFromConfig,
  clipVitFromConfig,
  (config) => visionEncoderFromConfig(config, { size: 224, resample: 3 }),
  openClipFromConfig,
  (config) => preprocessingFromConfig(config, 224),
  (config) => tokenIdsFromConfig(config, 'generation_config.json'),
];

const OPEN_CLIP = {
  model_cfg: {
    embed_dim: 512,
    vision_cfg: { image_size: 224, layers: 2, width: 128, patch_size: 32 },
    text_cfg: {},
  },
  preprocess_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

/** The configs of a model's folder. Each is tried as every kind of config; the last refusal counts. */
export const reader: FuzzReader = {
  name: 'configs',
  async prepare() {
    const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
    const texts = names
      .filter((name) => /config[^/]*\.json$/.test(name))
      .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
      .filter((text) => text.length < 10_000 && text.startsWith('{'));
    for (const name of names.filter((name) => /^(language|vision)\/.*\.safetensors$/.test(name))) {
      const config = (await openSafetensors(join(FOLDER, name))).metadata.get('config');
      if (config !== undefined) texts.push(config);
    }
    texts.push(JSON.stringify(OPEN_CLIP));
    return {
      seeds: texts.map((text) => Buffer.from(text)),
      make: (random) => mutateJson(random, texts),
      read(file) {
        const config = parsed(Buffer.from(file).toString('utf8'));
        let refusal: unknown;
        let taken = false;
        for (const read of READERS) {
          try {
            read(config);
            taken = true;
          } catch (error) {
            if (!(error instanceof ModelError || error instanceof UserError)) throw error;
            refusal = error;
          }
        }
        if (!taken) throw refusal;
      },
    };
  },
};

function parsed(text: string): unknown {
  try {
    return parseJson(text, 'config.json');
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError('config.json is not JSON.');
    throw error;
  }
}
