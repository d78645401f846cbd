import pLimit from 'p-limit';
import type { Sharp } from 'sharp';
import { withoutHeaderFaults } from './jpeg-header-faults.ts';
import { type ImageSource, readBytes } from './source.ts';

/** What libjpeg says where a scan is whole and followed by something else: the data of the picture end there. */
const AFTER_LAST_SCAN = /extraneous bytes before marker 0xd9/i;

/** libvips keeps the words of its errors for the whole process: those of two pictures would be mixed. */
const oneByOne = pLimit(1);

/**
 * Decodes a JPEG. The format has no checksums: all that tells of damage is libjpeg's warnings, so any of them refuses a
 * picture. Cameras and phones write headers of which it warns too, and every viewer shows their pictures: those
 * headers are put right first, so that what it still warns of is damage.
 *
 * @param pipelineOf the way from a source to its pixels: `warning` stops at the first warning, `error` passes over them
 * @throws Error for one that is truncated, or whose data are damaged
 */
export async function decodeJpeg(
  source: ImageSource,
  pipelineOf: (source: ImageSource, failOn: 'warning' | 'error') => Sharp,
): Promise<Uint8Array> {
  try {
    return await pipelineOf(source, 'warning').toBuffer();
  } catch {
    const mended = withoutHeaderFaults(await readBytes(source));
    return oneByOne(async () => {
      try {
        return await pipelineOf(mended, 'warning').toBuffer();
      } catch (error) {
        if (!(error instanceof Error) || !onlyAfterLastScan(error.message)) throw error;
        return await pipelineOf(mended, 'error').toBuffer();
      }
    });
  }
}

function onlyAfterLastScan(messages: string): boolean {
  const lines = messages.split('\n').filter((line) => line !== '');
  return lines.length > 0 && lines.every((line) => AFTER_LAST_SCAN.test(line));
}
