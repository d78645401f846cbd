import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from '../../../compiler/frontend/load-model.ts';
import { EXAMPLES, expectedOf } from '../../examples/places.ts';
import { codeLines } from './code-lines.ts';
import { drawBlocks } from './draw-blocks.ts';

/** The examples in the order of the page, with the export that is shown. */
export const GALLERY: readonly GalleryEntry[] = [
  { name: 'nanogpt', title: 'nanoGPT on one screen' },
  {
    name: 'register-vit',
    title: 'A vision transformer with registers and 2-D rotary positions',
    exportName: 'encoder',
  },
  { name: 'convnext', title: 'A ConvNeXt encoder', exportName: 'encoder' },
  { name: 'swin', title: "Swin's shifted windows" },
  { name: 'mixture-of-experts', title: 'A mixture of experts' },
  { name: 'gated-recurrence', title: 'A gated linear recurrence with state' },
  { name: 'q-former', title: 'A Q-Former', exportName: 'resampler' },
  { name: 'video-gates', title: 'Per-channel gates and queries in time, on video', exportName: 'blocks' },
  { name: 'lora', title: 'LoRA on a frozen language model' },
];

export interface GalleryEntry {
  readonly name: string;
  readonly title: string;
  /** Default `default`. */
  readonly exportName?: string;
}

/** What the page says of an example, but for what `inspect` prints. */
export interface GallerySection {
  readonly title: string;
  /** The first comment of its file. */
  readonly about: string;
  readonly lines: number;
  readonly original: { readonly name: string; readonly lines: number } | undefined;
  readonly drawing: string;
}

export async function gallerySection({ name, title, exportName }: GalleryEntry): Promise<GallerySection> {
  const file = join(EXAMPLES, name, 'model.ts');
  const program = await loadModel(file, exportName === undefined ? {} : { exportName });
  const [graph] = Object.values(program.graphs);
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(await readFile(file, 'utf8'))?.[1] ?? '';
  const reference = await expectedOf(name).catch(() => undefined);
  const lines = reference?.metadata.get('lines');
  return {
    title,
    about: comment.replaceAll(/\s*\n \*\s*|\s+/g, ' ').trim(),
    lines: codeLines(file),
    original:
      lines === undefined
        ? undefined
        : { name: reference?.metadata.get('original') ?? '', lines: Number(lines) },
    drawing: graph === undefined ? '' : drawBlocks(graph),
  };
}

/** The section as Markdown, up to where `inspect` stands. */
export function sectionText({ name }: GalleryEntry, section: GallerySection): string {
  return [
    `## ${section.title}`,
    '',
    `${section.about} [\`examples/${name}\`](../examples/${name})`,
    '',
    '```mermaid',
    section.drawing,
    '```',
    '',
  ].join('\n');
}

/** Lines of every example beside those of its original. */
export function linesTable(sections: readonly (readonly [GalleryEntry, GallerySection])[]): string {
  const rows = sections.map(([, { title, lines, original }]) =>
    original === undefined
      ? `| [${title}](#${anchor(title)}) | ${lines} | | itself, merged and not, and the model that it adapts |`
      : `| [${title}](#${anchor(title)}) | ${lines} | ${original.lines} | ${original.name} |`,
  );
  return [
    '| example | lines | lines in Python | equal, to 1e-4, to |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(/\s/g, '-');
}
