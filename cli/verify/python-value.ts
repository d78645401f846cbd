/** A value as Python prints it: `True`, `None`, `64`, `1e-05`. */
export type PythonValue = number | boolean | null;

/** Undefined for text that is none of Python's numbers, booleans or `None`. */
export function parsePythonValue(text: string): PythonValue | undefined {
  const trimmed = text.trim();
  if (trimmed === 'True') return true;
  if (trimmed === 'False') return false;
  if (trimmed === 'None') return null;
  if (!/^[-+]?(\d[\d_]*(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return undefined;
  const value = Number(trimmed.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}
