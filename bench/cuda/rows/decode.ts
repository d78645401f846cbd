import { fewShotPrompt, openModel, promptLength, tokenTime } from '../answers.ts';
import { inTurns, measured } from '../measure.ts';
import { measuredModel } from '../models.ts';
import { aimed, type Line, type Row } from '../row.ts';
import { SIZES } from '../scale.ts';

export const row: Row = {
  name: 'decode',
  summary: 'a token of the 3B shape in float16: by one graph, step by step, and by PyTorch',
  limit: 360,
  hasPeer: true,
  async run(context) {
    const { scale, peer, note } = context;
    const { shots, answers, rounds, vision, language, latents } = SIZES[scale];
    const [short, long] = answers;
    const directory = await measuredModel(context, 'float16');
    const prompts = { none: [await fewShotPrompt(0)], many: [await fewShotPrompt(shots)] };
    note('load');
    await using graph = await openModel(directory, context, 'graph');
    await using steps = await openModel(directory, context, 'steps');
    await peer?.ask({ do: 'load', vision, language, latents });
    const byPeer = (count: number) =>
      peer &&
      (() =>
        peer.ask({
          ...{ do: 'decode', rows: 1, pictures: count + 1 },
          ...{ length: promptLength(count), tokens: long - short },
        }));
    note('decode');
    const times = await inTurns(
      {
        'graph many': () => tokenTime(graph, prompts.many, context),
        'graph none': () => tokenTime(graph, prompts.none, context),
        'steps many': () => tokenTime(steps, prompts.many, context),
        'steps none': () => tokenTime(steps, prompts.none, context),
        'peer many': byPeer(shots),
        'peer none': byPeer(0),
      },
      rounds,
    );
    const [many, none] = [measured(times['graph many']), measured(times['graph none'])];
    const [peerMany, peerNone] = [times['peer many'], times['peer none']];
    const what = (how: string, count: number) => `a token at ${count} shots, ${how}`;
    const lines: Line[] = [
      aimed(
        {
          ...{ what: what('one graph', shots), value: many, unit: 'ms' },
          ...(peerMany !== undefined && { peer: peerMany }),
        },
        { most: 6 },
      ),
      {
        ...{ what: what('one graph', 0), value: none, unit: 'ms' },
        ...(peerNone !== undefined && { peer: peerNone }),
      },
      aimed({ what: `${shots} shots to none, one graph`, value: many / none, unit: 'times' }, { most: 1.1 }),
      ...(peerMany === undefined
        ? []
        : [
            aimed(
              { what: `PyTorch to this at ${shots} shots`, value: peerMany / many, unit: 'times' },
              { least: 4 },
            ),
          ]),
      { what: what('step by step', shots), value: measured(times['steps many']), unit: 'ms' },
      { what: what('step by step', 0), value: measured(times['steps none']), unit: 'ms' },
    ];
    return lines;
  },
};
