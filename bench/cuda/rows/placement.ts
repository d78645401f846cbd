import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../../compiler/compile.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { SMALL_FAMILIES } from '../../../tests/media/small-families.ts';
import { TOKENIZER } from '../../../tests/runtime/prompts.ts';
import { fewShotPrompt } from '../answers.ts';
import { measuredModel } from '../models.ts';
import { aimed, type Line, type Row, type RowContext } from '../row.ts';

/** Runs an answer and counts the nodes that fell to the CPU unexpectedly. */
async function placed(name: string, directory: string, { provider }: RowContext): Promise<Line> {
  const options = { directory, provider, verify: false, imageMemory: 2 ** 26, profile: true };
  await using engine = await Engine.open(options);
  const pictured = engine.manifest.image !== undefined;
  const prompt = pictured ? await fewShotPrompt(2) : { query: { text: 'Once' } };
  await engine.generate([prompt], { maxNewTokens: 3 });
  const { onCpu, phases } = await engine.profile();
  const unexpected = onCpu.filter(({ reason }) => reason === null);
  const nodes = phases.reduce((sum, each) => sum + each.nodes.length, 0);
  const known = onCpu.length - unexpected.length;
  const names = unexpected.slice(0, 6).map(({ node, operator }) => `${node} (${operator})`);
  return aimed(
    {
      ...{ what: `${name}, on the CPU unexpectedly`, value: unexpected.length, unit: 'nodes' },
      note: [`of ${nodes}, ${known} more as the target's table says`, ...names].join('; '),
    },
    { most: 0 },
  );
}

export const row: Row = {
  name: 'placement',
  summary: 'what ran where: no node on the CPU but those that are known beforehand',
  limit: 300,
  hasPeer: false,
  async run(context) {
    const { folder, scale, note } = context;
    const lines = [];
    for (const precision of ['float16', 'int4'] as const) {
      note(`the 3B shape in ${precision}`);
      lines.push(
        await placed(`the 3B shape in ${precision}`, await measuredModel(context, precision), context),
      );
    }
    const families = Object.entries(SMALL_FAMILIES);
    for (const [name, make] of scale === 'small' ? families.slice(0, 1) : families) {
      note(name);
      const out = join(folder, `placement ${name}`);
      if (!existsSync(out)) await compile(make(), { out, tokenizer: TOKENIZER, target: 'cuda' });
      lines.push(await placed(name, out, context));
    }
    return lines;
  },
};
