import { ORIGINAL_DEFAULTS } from './original-defaults-table.ts';

/**
 * A class of an original, as the table names it: by `model_type`, by the part of a config, or by what it prepares; `every`
 * is what all configs' classes inherit.
 */
export type OriginalName = keyof typeof ORIGINAL_DEFAULTS;

/**
 * The values that a field's default has or had, the newest first; empty for a field that the class does not have. What a
 * config's class inherits is in the table once, under `every`.
 */
export function defaultsOf(original: OriginalName, field: string): readonly unknown[] {
  const isConfig = !/^generation$|^open_clip|image_processor$/.test(original);
  const classes = [ORIGINAL_DEFAULTS[original], ...(isConfig ? [ORIGINAL_DEFAULTS.every] : [])];
  return classes.find((fields) => Object.hasOwn(fields, field))?.[field] ?? [];
}
