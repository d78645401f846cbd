import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../../artifact/user-error.ts';
import type { ReadContext } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import type { RawItem } from '../item.ts';

const IMAGE = z.object({
  split: z.string(),
  filename: z.string().min(1),
  filepath: z.string().optional(),
  cocoid: z.int().optional(),
  sentences: z.array(z.object({ raw: z.string() })).min(1),
});

/**
 * Captioned pictures of a split by a JSON file of Karpathy's splits (Karpathy and Fei-Fei 2015).
 *
 * @param folders of a picture by its `filepath`, the first that is there
 */
export async function* karpathyItems(
  context: ReadContext,
  file: string,
  folders: (filepath: string | undefined) => readonly string[],
): AsyncGenerator<RawItem> {
  const path = await find(context, [file]);
  const known = new Map<string, string>();
  let any = false;
  for await (const { row } of jsonRows(context, path, ['images'], IMAGE)) {
    if (row.split !== context.split) continue;
    any = true;
    const { filename, filepath, cocoid, sentences } = row;
    const place = filepath ?? '';
    const folder = known.get(place) ?? (await find(context, folders(filepath)));
    known.set(place, folder);
    yield {
      id: String(cocoid ?? filename.replace(/\.\w+$/, '')),
      media: { images: [join(folder, filename)] },
      question: '',
      answers: sentences.map(({ raw }) => raw.trim()),
    };
  }
  if (!any)
    throw new UserError(`${path} has no picture of the split '${context.split}': give another --split.`);
}
