import type { Random } from '../random.ts';

/** A 3x3 matrix on the ink of red, green and blue, by rows. */
export type ColourMatrix = Float64Array;

const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * A random change of hue, saturation and strength. No ink stays no ink: white is white.
 *
 * @param amount 0 changes nothing; 1 may turn a colour into any other
 */
export function randomColours(random: Random, amount: number): ColourMatrix {
  const turn = random.between(-1, 1) * Math.PI * amount;
  const saturation = random.between(1 - amount, 1 + 0.5 * amount);
  const strength = random.between(1 - 0.4 * amount, 1 + 0.25 * amount);
  return product(saturate(saturation * strength, strength), rotateHue(turn));
}

/** Brightness alone: a picture in greys. */
export function greys(strength = 1): ColourMatrix {
  return saturate(0, strength);
}

/** `strength` of the luma and `saturation` of what differs from it. */
function saturate(saturation: number, strength: number): ColourMatrix {
  const matrix = new Float64Array(9);
  for (let row = 0; row < 3; row += 1) {
    for (const [column, luma] of LUMA.entries()) {
      matrix[3 * row + column] = (strength - saturation) * luma + (row === column ? saturation : 0);
    }
  }
  return matrix;
}

/** A turn about the axis of greys (Rodrigues). */
function rotateHue(angle: number): ColourMatrix {
  const cosine = Math.cos(angle);
  const grey = (1 - cosine) / 3;
  const side = Math.sin(angle) / Math.sqrt(3);
  const [a, b, c] = [cosine + grey, grey - side, grey + side];
  return Float64Array.of(a, b, c, c, a, b, b, c, a);
}

function product(left: ColourMatrix, right: ColourMatrix): ColourMatrix {
  const result = new Float64Array(9);
  for (let place = 0; place < 9; place += 1) {
    const row = place - (place % 3);
    for (let inner = 0; inner < 3; inner += 1) {
      const factor = right[3 * inner + (place % 3)] ?? 0;
      result[place] = (result[place] ?? 0) + (left[row + inner] ?? 0) * factor;
    }
  }
  return result;
}

/** Recolours planes of ink in place and cuts them to 0 to 1. */
export function recolour(planes: Float32Array, matrix: ColourMatrix): void {
  const area = planes.length / 3;
  const [rr = 0, rg = 0, rb = 0, gr = 0, gg = 0, gb = 0, br = 0, bg = 0, bb = 0] = matrix;
  for (let place = 0; place < area; place += 1) {
    const red = planes[place] ?? 0;
    const green = planes[place + area] ?? 0;
    const blue = planes[place + 2 * area] ?? 0;
    if (red + green + blue === 0) continue;
    planes[place] = clamp(rr * red + rg * green + rb * blue);
    planes[place + area] = clamp(gr * red + gg * green + gb * blue);
    planes[place + 2 * area] = clamp(br * red + bg * green + bb * blue);
  }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value));
}
