import { fewShotPrompt, openModel, tokenTime } from '../answers.ts';
import { inTurns, measured } from '../measure.ts';
import { measuredModel } from '../models.ts';
import { aimed, type Row } from '../row.ts';
import { SIZES } from '../scale.ts';

export const row: Row = {
  name: 'int4',
  summary: 'a token of the 3B shape in int4, by one graph',
  limit: 360,
  hasPeer: false,
  async run(context) {
    const { shots, rounds } = SIZES[context.scale];
    const directory = await measuredModel(context, 'int4');
    await using engine = await openModel(directory, context, 'graph');
    const prompts = [await fewShotPrompt(shots)];
    const { token } = await inTurns({ token: () => tokenTime(engine, prompts, context) }, rounds);
    return [
      aimed({ what: `a token at ${shots} shots in int4`, value: measured(token), unit: 'ms' }, { most: 4 }),
    ];
  },
};
