import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { MetricsRecord } from './metrics-log.ts';

interface Point {
  readonly step: number;
  readonly loss: number;
}

const WIDTH = 800;
const HEIGHT = 400;
const MARGIN = { top: 36, right: 24, bottom: 44, left: 64 };
/** More points than this cannot be told apart. */
const POINTS = 400;
/** The share of all points that each point of the bold line is a mean over. */
const SMOOTHING = 1 / 30;
/** From this ratio of the highest to the lowest loss on, the axis is logarithmic. */
const WIDE = 30;

/**
 * The losses of a run as an SVG image: each step's in grey, their running mean in blue, evaluations as orange dots.
 *
 * @param records of a run, in the order of its steps
 */
export function lossPlot(title: string, records: readonly MetricsRecord[]): string {
  const ofKind = (kind: MetricsRecord['kind']) => records.filter((record) => record.kind === kind);
  const steps = thinned(ofKind('train'));
  const evaluations = ofKind('evaluation');
  const all = [...steps, ...evaluations];
  const losses = all.map(({ loss }) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const last = Math.max(1, ...all.map(({ step }) => step));

  const x = scaleLinear([0, last], [MARGIN.left, WIDTH - MARGIN.right]);
  const range = [HEIGHT - MARGIN.bottom, MARGIN.top];
  const isWide = low > 0 && high / low > WIDE;
  const flat = high > low ? 0 : 0.5;
  const y = isWide ? scaleLog([low, high], range) : scaleLinear([low - flat, high + flat], range).nice();
  const path = line<Point>(
    ({ step }) => x(step),
    ({ loss }) => y(loss),
  ).digits(1);

  const ticks = [
    ...x.ticks(8).map((step) => tick(x(step), HEIGHT - MARGIN.bottom, x.tickFormat(8)(step), 'x')),
    ...y.ticks(6).flatMap((loss) => {
      // A logarithmic scale leaves the label of a crowded tick empty.
      const label = y.tickFormat(6, isWide ? '~g' : undefined)(loss);
      return label === '' ? [] : [gridLine(y(loss)), tick(MARGIN.left, y(loss), label, 'y')];
    }),
  ];
  const curve = (points: readonly Point[], style: string) =>
    points.length === 0 ? [] : [`<path d="${path(points)}" fill="none" ${style}/>`];
  const dots = evaluations.map(
    ({ step, loss }) =>
      `<circle cx="${x(step).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="3" fill="#d95f02"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${MARGIN.left}" y="22" font-size="15">${escaped(title)}: loss</text>`,
    ...(all.length === 0 ? [] : ticks),
    `<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 8}" text-anchor="end" fill="#555">step</text>`,
    ...curve(steps, 'stroke="#bbb" stroke-width="1"'),
    ...curve(smoothed(steps), 'stroke="#1f77b4" stroke-width="2"'),
    ...dots,
    '</svg>\n',
  ].join('\n');
}

/** Means of neighbours, so that at most `POINTS` are left. */
function thinned(points: readonly Point[]): readonly Point[] {
  const size = Math.ceil(points.length / POINTS);
  const groups = Array.from({ length: Math.ceil(points.length / Math.max(1, size)) }, (_, index) =>
    points.slice(index * size, (index + 1) * size),
  );
  return groups.map((group) => ({ step: group.at(-1)?.step ?? 0, loss: meanLoss(group) }));
}

/** The mean over each point and its neighbours on both sides. */
function smoothed(points: readonly Point[]): readonly Point[] {
  const side = Math.round((points.length * SMOOTHING) / 2);
  return points.map(({ step }, index) => ({
    step,
    loss: meanLoss(points.slice(Math.max(0, index - side), index + side + 1)),
  }));
}

function meanLoss(points: readonly Point[]): number {
  return points.reduce((sum, { loss }) => sum + loss, 0) / points.length;
}

function tick(x: number, y: number, label: string, axis: 'x' | 'y'): string {
  const place =
    axis === 'x'
      ? `x="${x.toFixed(1)}" y="${y + 18}" text-anchor="middle"`
      : `x="${x - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end"`;
  return `<text ${place} fill="#555">${escaped(label)}</text>`;
}

function gridLine(y: number): string {
  return `<path d="M${MARGIN.left},${y.toFixed(1)}H${WIDTH - MARGIN.right}" stroke="#eee"/>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
