import { existsSync, readFileSync } from 'node:fs';

/**
 * What a row's farthest value becomes in int8 products here. An x86 without VNNI adds up products of 8 bits in 16, which do not
 * hold them; rows have 7 bits there.
 */
export const INT8_LEVELS =
  process.arch === 'x64' && !/\b(avx512_vnni|avx_vnni)\b/.test(processorFlags()) ? 63 : 127;

function processorFlags(): string {
  return existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
}
