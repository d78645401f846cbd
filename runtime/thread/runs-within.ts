import { createContext, Script } from 'node:vm';

const global = { work: () => {} };
const context = createContext(global);
const script = new Script('work()');

/**
 * Runs a function, and stops it after so many milliseconds: also in the midst of a regular expression, which nothing
 * else can. Costs a quarter of a millisecond.
 *
 * @returns Whether it came to its end. What it throws is thrown.
 */
export function runsWithin(milliseconds: number, work: () => void): boolean {
  let failure: { readonly error: unknown } | undefined;
  global.work = () => {
    try {
      work();
    } catch (error) {
      failure = { error };
    }
  };
  try {
    script.runInContext(context, { timeout: Math.ceil(milliseconds) });
  } catch {
    return false;
  }
  if (failure !== undefined) throw failure.error;
  return true;
}
