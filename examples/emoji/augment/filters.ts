/** Filters of planes of ink, [3, size, size], in place. Beyond the frame there is no ink. */

/** Each pixel becomes the darkest of itself and its four neighbours: lines grow thicker. */
export function thicken(planes: Float32Array, size: number): void {
  overNeighbours(planes, size, (middle, up, down, left, right) => Math.max(middle, up, down, left, right));
}

/** A small blur: half the pixel and an eighth of each neighbour. */
export function soften(planes: Float32Array, size: number): void {
  overNeighbours(
    planes,
    size,
    (middle, up, down, left, right) => middle / 2 + (up + down + left + right) / 8,
  );
}

/** Dark lines where brightness changes, on white. */
export function traceEdges(planes: Float32Array, size: number): void {
  overNeighbours(planes, size, (_middle, up, down, left, right) =>
    Math.min(1, 2.5 * Math.hypot(down - up, right - left)),
  );
  const area = size * size;
  for (let place = 0; place < area; place += 1) {
    const ink = Math.max(planes[place] ?? 0, planes[place + area] ?? 0, planes[place + 2 * area] ?? 0);
    planes[place] = ink;
    planes[place + area] = ink;
    planes[place + 2 * area] = ink;
  }
}

/** No ink in a rectangle, as if something lay on the picture. */
export function erase(
  planes: Float32Array,
  size: number,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): void {
  for (let channel = 0; channel < 3; channel += 1) {
    for (let row = Math.max(0, top); row < Math.min(size, top + height); row += 1) {
      const start = (channel * size + row) * size;
      planes.fill(0, start + Math.max(0, left), start + Math.min(size, left + width));
    }
  }
}

function overNeighbours(
  planes: Float32Array,
  size: number,
  combine: (middle: number, up: number, down: number, left: number, right: number) => number,
): void {
  const area = size * size;
  const before = new Float32Array(area);
  for (let start = 0; start < 3 * area; start += area) {
    before.set(planes.subarray(start, start + area));
    for (let place = 0; place < area; place += 1) {
      const column = place % size;
      planes[start + place] = combine(
        before[place] ?? 0,
        before[place - size] ?? 0,
        before[place + size] ?? 0,
        column > 0 ? (before[place - 1] ?? 0) : 0,
        column < size - 1 ? (before[place + 1] ?? 0) : 0,
      );
    }
  }
}
