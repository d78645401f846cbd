import { parentPort } from 'node:worker_threads';

/** Lets this thread end by itself once what it has sent is delivered. */
export function endThread(): void {
  const port: { close?: () => void } | null = parentPort;
  // Deno's port has no close, and its thread lives until it is told to end.
  if (port?.close === undefined) setTimeout(() => process.exit(0), 100);
  else parentPort?.close();
}
