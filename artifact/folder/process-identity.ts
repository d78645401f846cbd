import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const identity = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** Of the machine's run, of the namespace that counts the process, and the clock ticks at which it began: Linux. */
  boot: z.exactOptional(z.string()),
  namespace: z.exactOptional(z.string()),
  started: z.exactOptional(z.string()),
});

/** What tells a process from every other, also from a later one that has its number. */
export type ProcessIdentity = z.infer<typeof identity>;

let own: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  own ??= { pid: process.pid, host: hostname(), ...kernelFacts() };
  return own;
}

function kernelFacts(): Pick<ProcessIdentity, 'boot' | 'namespace' | 'started'> {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    const started = startOf(process.pid);
    return started === undefined ? {} : { boot, namespace, started };
  } catch {
    return {};
  }
}

/** Clock ticks from the machine's start to the process's; undefined where it has ended, and for what waits to be reaped. */
function startOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name, the second field, may hold spaces and brackets.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 'ZX'.includes(state) ? undefined : fields[18];
}

/**
 * Whether a process has ended; undefined where nothing can be known of it: one of another machine or container, or on a
 * system that does not say when a process began.
 */
export function hasEnded(other: ProcessIdentity): boolean | undefined {
  const me = thisProcess();
  if (me.boot !== undefined && other.boot !== undefined) {
    if (me.boot !== other.boot || me.namespace !== other.namespace) return undefined;
    return startOf(other.pid) !== other.started;
  }
  if (me.host !== other.host) return undefined;
  if (other.pid === me.pid) return undefined;
  try {
    process.kill(other.pid, 0);
    return undefined;
  } catch (error) {
    // Whose signals are refused is another user's, and there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? undefined : true;
  }
}

/** @returns undefined for text that is none */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    return identity.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
