import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import model from '../../models/emoji/emoji.ts';
import { keepLoss, keepWeights } from './keep-run.ts';

/*
 * Puts the trained model's weights into models/emoji, in float16 and without what training alone needs, and beside this
 * file of each stage's run the loss, as a picture and every twentieth step. Run: npx tsx examples/emoji/release.ts [FOLDER OF THE RUNS]
 */

/** The runs in their order; the last has the whole model. */
const STAGES = [
  'emoji-vision-small',
  'emoji-vision',
  'emoji-language-first',
  'emoji-language',
  'emoji-language-blurred',
  'emoji-naming',
  'emoji-naming-apart',
  'emoji',
] as const;
const EVERY = 20;

const [runs = 'runs'] = process.argv.slice(2);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const bytes = await keepWeights(model, join(runs, 'emoji'), here('../../models/emoji/weights.safetensors'));
process.stdout.write(`weights.safetensors: ${(bytes / 1e6).toFixed(1)} MB\n`);
for (const stage of STAGES) await keepLoss(join(runs, stage), here('training'), stage, EVERY);
