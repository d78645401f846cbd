import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '../../compiler/checkpoints/open-checkpoint.ts';
import { visionAt } from '../../compiler/checkpoints/vision-source.ts';
import { rulesWith } from '../../compiler/extensions.ts';
import { targetOf } from '../../compiler/target/target.ts';
import { TARGETS } from '../../compiler/target/target-registry.ts';
import { OPERATORS } from '../../dsl/operator-registry.ts';
import { HUGGING_FACE_FAMILIES } from '../../models/configs/hugging-face-family-registry.ts';
import { LANGUAGE_FAMILIES } from '../../models/configs/language-family-registry.ts';
import { VISION_FAMILIES } from '../../models/configs/vision-family-registry.ts';
import { vit } from '../../models/vit/vit.ts';

const IDEFICS = 'tests/references/idefics-instruct';
const already = (what: string) => ({ message: `There is already a ${what}; give yours another name.` });

/** Of two things of one name, one would be used and the other not, without a word. */
describe('what a project adds', () => {
  it('takes no name that is taken', async () => {
    const rule = { name: 'mine', text: 'fuse  relu(relu(x))\ninto  relu(x)\n' };
    assert.throws(() => rulesWith({ operators: OPERATORS.slice(0, 1) }), already("operator 'add'"));
    assert.throws(() => rulesWith({ rules: [{ ...rule, name: 'gelu' }] }), already("fusion rule 'gelu'"));
    assert.throws(() => rulesWith({ rules: [rule, rule] }), already("fusion rule 'mine'"));
    assert.throws(() => targetOf('cpu', TARGETS), already("target 'cpu'"));
    await assert.rejects(
      openCheckpoint(IDEFICS, { families: HUGGING_FACE_FAMILIES }),
      already("model_type 'idefics'"),
    );
    await assert.rejects(
      openCheckpoint(IDEFICS, {
        languageFamilies: LANGUAGE_FAMILIES.filter(({ name }) => name === 'Cohere'),
      }),
      already("model_type 'cohere'"),
    );
    await assert.rejects(
      openCheckpoint(IDEFICS, { visionFamilies: VISION_FAMILIES.filter(({ name }) => name === 'CLIP') }),
      already("model_type 'clip'"),
    );
  });

  it('is applied beside what is there', () => {
    const rules = rulesWith({ rules: [{ name: 'mine', text: 'fuse  relu(relu(x))\ninto  relu(x)\n' }] });
    assert.deepEqual([rules.some(({ name }) => name === 'gelu'), rules.at(-1)?.name], [true, 'mine']);
  });

  it('makes the vision encoder that a folder is of', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vision-family-'));
    try {
      await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'mine', side: 28 }));
      const makes = (config: unknown) => {
        assert.deepEqual(config, { model_type: 'mine', side: 28 });
        return vit({ image: 28, patch: 14, dim: 8, layers: 1, heads: 2 });
      };
      const { image, tokens } = await visionAt(folder, [], [{ name: 'Mine', models: { mine: makes } }]);
      assert.deepEqual([image, tokens], [28, 4]);
      await assert.rejects(visionAt(folder, []), /is of model_type "?'?mine/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused with line and column where a rule is wrong', () => {
    const text = 'fuse  reluu(x)\ninto  relu(x)\n';
    assert.throws(() => rulesWith({ rules: [{ name: 'mine', text }] }), /mine\.rule:1:7: .*reluu/);
  });
});
