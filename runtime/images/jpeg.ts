import pLimit from 'p-limit';
import type { Sharp } from 'sharp';

/*
 * JPEG has no checksums: all that tells of damage is libjpeg's warnings. Cameras and phones write headers of which it
 * warns too (parameters of a scan, a JFIF version, bytes between segments), and every viewer shows their pictures. What
 * it says of the compressed data is damage.
 */

const DAMAGE =
  /premature end|bad (Huffman|arithmetic) code|instead of RST|too few scanlines|unsupported marker|invalid/i;

/** Of `DAMAGE`'s words what libjpeg says of a header alone. */
const HARMLESS = /Invalid SOS parameters/i;

/** Warnings are the whole process's: pictures of which there are some are decoded one after the other. */
const oneByOne = pLimit(1);

/** How often a picture is decoded whose warnings another thread's picture took away. */
const ATTEMPTS = 3;

/**
 * Decodes a JPEG.
 *
 * @param pipelineOf the way to its pixels: `warning` stops at the first warning, `error` tells of them
 * @throws Error for one that is truncated, or whose data are damaged
 */
export async function decodeJpeg(pipelineOf: (failOn: 'warning' | 'error') => Sharp): Promise<Uint8Array> {
  try {
    return await pipelineOf('warning').toBuffer();
  } catch (error) {
    const damage = error instanceof Error ? damageIn(error.message) : undefined;
    if (!(error instanceof Error) || damage !== undefined || !/VipsJpeg|libjpeg/i.test(error.message))
      throw error;
    return oneByOne(async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const warnings: string[] = [];
        const pixels = await pipelineOf('error')
          .on('warning', (warning: string) => warnings.push(warning))
          .toBuffer();
        const found = damageIn(warnings.join('\n'));
        if (found !== undefined) throw new Error(found);
        if (warnings.length > 0) return pixels;
      }
      throw error;
    });
  }
}

function damageIn(messages: string): string | undefined {
  return messages.split('\n').find((line) => DAMAGE.test(line) && !HARMLESS.test(line));
}
