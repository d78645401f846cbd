import { workOf } from '../../../compiler/work.ts';
import { multiply, normal, parameter, reduceMean } from '../../../dsl/index.ts';
import { evaluateDim } from '../../../dsl/shape/dim.ts';
import { clipVit } from '../../../models/clip/clip-vit.ts';
import { graph } from '../../../models/index.ts';
import { besidePeer } from '../beside-peer.ts';
import { openMeasured, runTime } from '../graph-time.ts';

import type { Row } from '../row.ts';
import { SIZES } from '../scale.ts';
import { withShare } from '../share.ts';

export const row: Row = {
  name: 'vision',
  summary: 'many pictures by a vision transformer in float16',
  limit: 240,
  hasPeer: true,
  async run(context) {
    const { vision: sizes, pictures } = SIZES[context.scale];
    const { image } = sizes;
    const vision = clipVit(sizes);
    const noise = parameter([1, 3, image, image], normal(1));
    // The pixels are made on the card, and means come back, so that copies do not count.
    const program = graph({
      name: 'pictures',
      inputs: { scale: { dtype: 'float32', shape: ['images', 1, 1, 1] } },
      parts: { vision, noise },
      outputs: ({ scale: each }) => ({ means: reduceMean(vision.encode(multiply(noise, each)), [1, 2]) }),
    });
    await using loaded = await openMeasured(program, context, 'float16');
    const values = { scale: { data: new Float32Array(pictures).fill(1), shape: [pictures, 1, 1, 1] } };
    const [encoded] = Object.values(program.graphs);
    const work = encoded === undefined ? {} : workOf(encoded);
    const multiplyAdds = Object.values(work)
      .map((dim) => evaluateDim(dim, new Map([['images', pictures]])) ?? Number.NaN)
      .reduce((sum, each) => sum + each, 0);
    const line = {
      what: `${pictures} pictures`,
      ...(await besidePeer(context, () => runTime(loaded, values), { do: 'vision', pictures, image })),
    };
    return withShare(line, multiplyAdds, context);
  },
};
