import { readFileSync } from 'node:fs';

/**
 * The largest resident size of this process in bytes. What the system tells of its usage (`maxRSS`) begins on Linux with what
 * the process was that started it: a child of a large one is never smaller.
 */
export function ownPeak() {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // no Linux
  }
  return process.resourceUsage().maxRSS * 1024;
}
