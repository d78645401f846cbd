import { fewShotPrompt, openModel, promptLength, tokenTime } from '../answers.ts';
import { inTurns, measured } from '../measure.ts';
import { measuredModel } from '../models.ts';
import { aimed, type Row } from '../row.ts';
import { SIZES } from '../scale.ts';

const SHOTS = 2;

export const row: Row = {
  name: 'batch',
  summary: 'tokens a second of many requests at once to those of one, in float16',
  limit: 240,
  hasPeer: true,
  async run(context) {
    const { scale, peer } = context;
    const { requests, rounds, answers, vision, language, latents } = SIZES[scale];
    const [short, long] = answers;
    const directory = await measuredModel(context, 'float16');
    await using engine = await openModel(directory, context, 'graph');
    const prompts = await Promise.all(
      Array.from({ length: requests }, (_, index) => fewShotPrompt(SHOTS, index * (SHOTS + 1))),
    );
    await peer?.ask({ do: 'load', vision, language, latents });
    const byPeer = (rows: number) =>
      peer &&
      (() =>
        peer.ask({
          ...{ do: 'decode', rows, pictures: SHOTS + 1 },
          ...{ length: promptLength(SHOTS), tokens: long - short },
        }));
    const times = await inTurns(
      {
        all: () => tokenTime(engine, prompts, context),
        one: () => tokenTime(engine, prompts.slice(0, 1), context),
        'peer all': byPeer(requests),
        'peer one': byPeer(1),
      },
      rounds,
    );
    const speed = (rows: number, time: number | undefined) =>
      time === undefined ? undefined : (1000 * rows) / time;
    const [all, one] = [measured(speed(requests, times.all)), measured(speed(1, times.one))];
    const [peerAll, peerOne] = [speed(requests, times['peer all']), speed(1, times['peer one'])];
    return [
      {
        ...{ what: `${requests} requests at once`, value: all, unit: 'tokens/s' },
        ...(peerAll !== undefined && { peer: peerAll }),
      },
      {
        ...{ what: 'one request', value: one, unit: 'tokens/s' },
        ...(peerOne !== undefined && { peer: peerOne }),
      },
      aimed(
        { what: `${requests} requests to one`, value: all / one, unit: 'times' },
        { least: (20 * requests) / 32 },
      ),
    ];
  },
};
