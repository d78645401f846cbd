/** The sum of squares of float32 values, in float64; `count` is a multiple of 8. */
export function sumOfSquares(values: usize, count: i32): f64 {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  let third = f64x2.splat(0);
  let fourth = f64x2.splat(0);
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 32) {
    first = f64x2.add(first, squaresOf(v128.load64_zero(values)));
    second = f64x2.add(second, squaresOf(v128.load64_zero(values, 8)));
    third = f64x2.add(third, squaresOf(v128.load64_zero(values, 16)));
    fourth = f64x2.add(fourth, squaresOf(v128.load64_zero(values, 24)));
  }
  const all = f64x2.add(f64x2.add(first, second), f64x2.add(third, fourth));
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
}

function squaresOf(pair: v128): v128 {
  const wide = f64x2.promote_low_f32x4(pair);
  return f64x2.mul(wide, wide);
}

/**
 * One step of AdamW in place, on float32 values; `count` is a multiple of 4. The factors have taken in what is the same for
 * all values of a step: clipping, learning rate, the moments' beginning at zero, decay.
 */
export function update(
  values: usize,
  firstMoments: usize,
  secondMoments: usize,
  gradients: usize,
  count: i32,
  beta1: f32,
  ofGradient: f32,
  beta2: f32,
  ofSquare: f32,
  stepSize: f32,
  rootScale: f32,
  epsilon: f32,
  kept: f32,
): void {
  const end = (<usize>count) << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const gradient = v128.load(gradients + at);
    const first = f32x4.add(
      f32x4.mul(v128.load(firstMoments + at), f32x4.splat(beta1)),
      f32x4.mul(gradient, f32x4.splat(ofGradient)),
    );
    const second = f32x4.add(
      f32x4.mul(v128.load(secondMoments + at), f32x4.splat(beta2)),
      f32x4.mul(f32x4.mul(gradient, gradient), f32x4.splat(ofSquare)),
    );
    const change = f32x4.div(
      f32x4.mul(first, f32x4.splat(stepSize)),
      f32x4.add(f32x4.mul(f32x4.sqrt(second), f32x4.splat(rootScale)), f32x4.splat(epsilon)),
    );
    v128.store(firstMoments + at, first);
    v128.store(secondMoments + at, second);
    v128.store(values + at, f32x4.sub(f32x4.mul(v128.load(values + at), f32x4.splat(kept)), change));
  }
}
