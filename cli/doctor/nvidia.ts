import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** NVIDIA's part of a system. */
export interface Nvidia {
  /** `580.65.06`; undefined where there is no driver. */
  readonly driver: string | undefined;
  /** Names of the cards that the driver has. */
  readonly cards: readonly string[];
}

/** What the driver says of itself. On Linux the kernel's own word counts where `nvidia-smi` is not installed. */
export async function findNvidia(): Promise<Nvidia> {
  try {
    const { stdout } = await execute('nvidia-smi', [
      '--query-gpu=driver_version,name',
      '--format=csv,noheader',
    ]);
    return parseNvidiaSmi(stdout);
  } catch {
    const text = await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '');
    return { driver: parseDriverVersion(text), cards: [] };
  }
}

/** Lines such as `580.65.06, NVIDIA H100 80GB HBM3`. */
export function parseNvidiaSmi(text: string): Nvidia {
  const rows = text.split('\n').flatMap((line) => {
    const [, driver, card] = /^\s*(\d+(?:\.\d+)+)\s*,\s*(.+?)\s*$/.exec(line) ?? [];
    return driver === undefined || card === undefined ? [] : [{ driver, card }];
  });
  return { driver: rows[0]?.driver, cards: rows.map(({ card }) => card) };
}

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 …`, and that of the open module. */
export function parseDriverVersion(text: string): string | undefined {
  return /^NVRM version:.*?\s(\d{3,}(?:\.\d+)+)\s/m.exec(text)?.[1];
}
