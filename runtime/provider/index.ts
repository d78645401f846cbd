import type { Provider } from '../../artifact/provider.ts';
import { cpu } from './cpu.ts';
import { cuda } from './cuda.ts';
import type { RuntimeProvider } from './runtime-provider.ts';
import { webgpu } from './webgpu.ts';

const PROVIDERS: Readonly<Record<Provider, RuntimeProvider>> = { cpu, cuda, webgpu };

/** What is known of a provider. */
export function runtimeProvider(name: Provider): RuntimeProvider {
  return PROVIDERS[name];
}
