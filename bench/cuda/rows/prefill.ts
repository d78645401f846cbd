import { workPerText } from '../../../cli/work-per-step.ts';
import { openArtifact } from '../../../runtime/artifact/artifact.ts';
import { noiseImage } from '../../support/noise-image.ts';
import { openModel } from '../answers.ts';
import { besidePeer } from '../beside-peer.ts';
import { timed } from '../measure.ts';
import { measuredModel } from '../models.ts';
import type { Row } from '../row.ts';
import { SIZES } from '../scale.ts';
import { withShare } from '../share.ts';

export const row: Row = {
  name: 'prefill',
  summary: 'a long prompt in float16, until its first token',
  limit: 240,
  hasPeer: true,
  async run(context) {
    const { prompt: length } = SIZES[context.scale];
    const directory = await measuredModel(context, 'float16');
    const { manifest } = await openArtifact(directory, {});
    await using engine = await openModel(directory, context, 'graph');
    const image = await noiseImage(0, 224);
    const asked = { query: { image, text: 'x'.repeat(length - 1) } };
    const line = {
      what: `a prompt of ${length} tokens`,
      ...(await besidePeer(context, () => timed(() => engine.generate([asked], { maxNewTokens: 1 })), {
        do: 'prefill',
        length,
      })),
      note: 'tokenising, copies to and from the card, and the search are in it',
    };
    return withShare(line, workPerText(manifest, length), context);
  },
};
