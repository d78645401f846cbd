/** Mean and deviation, red, green, blue, by which pixels have values from -1 to 1. */
export const HALF = [0.5, 0.5, 0.5] as const;
