import { defineConfig } from 'flamingo-onnx/extend';
import { seer } from './families/seer.ts';
import { nodFamily } from './language/nod.ts';
import { softsignOperator } from './operators/softsign.ts';
import { softsignRule } from './rules/softsign.ts';
import { patient } from './targets/patient.ts';
import { summed } from './ways/summed.ts';
import { plain } from './weights/plain.ts';

export default defineConfig({
  operators: [softsignOperator],
  rules: [softsignRule],
  targets: [patient],
  families: [seer],
  languageFamilies: [nodFamily],
  weightFormats: [plain],
  ways: [summed],
});
