/** The highest of float32 values; `count` is a multiple of 4 and at least that. A NaN is no value. */
export function highestOf(values: usize, count: i32): f32 {
  let highest = f32x4.splat(-Infinity);
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16) highest = f32x4.pmax(highest, v128.load(values));
  let found: f32 = -Infinity;
  for (let lane = 0; lane < 4; lane++) {
    const value = laneOf(highest, lane);
    if (value > found) found = value;
  }
  return found;
}

// @ts-ignore: decorator
@inline
function laneOf(values: v128, lane: i32): f32 {
  if (lane == 0) return f32x4.extract_lane(values, 0);
  if (lane == 1) return f32x4.extract_lane(values, 1);
  if (lane == 2) return f32x4.extract_lane(values, 2);
  return f32x4.extract_lane(values, 3);
}
