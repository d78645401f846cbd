import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepLoss, keepWeights } from '../emoji/keep-run.ts';
import model from './model/stroop.ts';

/*
 * Puts the trained model's weights into model/, in float16, and each stage's loss into training/, every tenth step of it. Run:
 * npx tsx examples/stroop/release.ts [FOLDER OF THE RUNS]
 */

/** The runs in their order; the last has the whole model. */
const STAGES = ['stroop-reading', 'stroop'] as const;
const EVERY = 10;

const [runs = 'runs'] = process.argv.slice(2);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const bytes = await keepWeights(model, join(runs, 'stroop'), here('model/weights.safetensors'));
process.stdout.write(`weights.safetensors: ${(bytes / 1e6).toFixed(1)} MB\n`);
for (const stage of STAGES) await keepLoss(join(runs, stage), here('training'), stage, EVERY);
