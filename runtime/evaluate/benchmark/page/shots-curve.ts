import { scaleLinear, scalePoint } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { ShotsScore } from '../run/score-run.ts';
import { escaped } from './html.ts';

/** One curve: a run's scores by number of examples. */
export interface Curve {
  readonly name: string;
  readonly shots: readonly ShotsScore[];
}

const WIDTH = 720;
const HEIGHT = 340;
const MARGIN = { top: 16, right: 24, bottom: 44, left: 56 };
const COLOURS = ['#1f77b4', '#d95f02', '#1b9e77', '#7b3fa0'];

/** Scores over numbers of examples as an SVG: lines, their intervals as bands, each seed's as a dot; scores times 100. Empty where there is none. */
export function shotsCurve(metric: string, curves: readonly Curve[]): string {
  const all = curves.flatMap(({ shots }) => shots);
  if (all.length === 0) return '';
  const counts = [...new Set(all.map(({ shots }) => shots))].sort((a, b) => a - b);
  const values = all.flatMap(({ score, interval, seeds }) => [
    score,
    ...seeds.map((seed) => seed.score),
    ...(interval ? [interval.low, interval.high] : []),
  ]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? 0 : 0.05;
  const across = scalePoint<number>(counts, [MARGIN.left, WIDTH - MARGIN.right]).padding(0.3);
  const x = (shots: number) => across(shots) ?? MARGIN.left;
  const y = scaleLinear(
    [100 * (low - room), 100 * (high + room)],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  ).nice();
  const up = (score: number) => y(100 * score);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    ...y.ticks(6).map((tick) => gridLine(y(tick), y.tickFormat(6)(tick))),
    ...counts.map(
      (count) =>
        `<text x="${x(count).toFixed(1)}" y="${HEIGHT - 24}" text-anchor="middle" fill="#555">${count}</text>`,
    ),
    `<text x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle" fill="#555">examples</text>`,
    `<text x="14" y="${HEIGHT / 2}" transform="rotate(-90 14 ${HEIGHT / 2})" text-anchor="middle" fill="#555">${escaped(metric)}</text>`,
    ...curves.flatMap((curve, index) => drawn(curve, COLOURS[index % COLOURS.length] ?? '', x, up)),
    ...(curves.length < 2 ? [] : curves.map(({ name }, index) => legend(name, index))),
    '</svg>',
  ].join('\n');
}

function drawn(
  { shots }: Curve,
  colour: string,
  x: (shots: number) => number,
  up: (score: number) => number,
): readonly string[] {
  const band = area<ShotsScore>()
    .x(({ shots }) => x(shots))
    .y0(({ score, interval }) => up(interval?.low ?? score))
    .y1(({ score, interval }) => up(interval?.high ?? score))
    .digits(1);
  const path = line<ShotsScore>(
    ({ shots }) => x(shots),
    ({ score }) => up(score),
  ).digits(1);
  const dot = (shots: number, score: number, radius: number, opacity: number) =>
    `<circle cx="${x(shots).toFixed(1)}" cy="${up(score).toFixed(1)}" r="${radius}" fill="${colour}" fill-opacity="${opacity}"/>`;
  return [
    `<path d="${band([...shots]) ?? ''}" fill="${colour}" fill-opacity="0.15"/>`,
    `<path d="${path([...shots]) ?? ''}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...shots.flatMap((each) => [
      ...each.seeds.map(({ score }) => dot(each.shots, score, 2.5, 0.5)),
      dot(each.shots, each.score, 4, 1),
    ]),
  ];
}

function gridLine(y: number, label: string): string {
  const at = y.toFixed(1);
  return [
    `<path d="M${MARGIN.left},${at}H${WIDTH - MARGIN.right}" stroke="#eee"/>`,
    `<text x="${MARGIN.left - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end" fill="#555">${label}</text>`,
  ].join('');
}

function legend(name: string, index: number): string {
  const y = MARGIN.top + 14 + 18 * index;
  return `<text x="${MARGIN.left + 12}" y="${y}" fill="${COLOURS[index % COLOURS.length]}">${escaped(name)}</text>`;
}
