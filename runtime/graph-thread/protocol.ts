import type { Tensor } from 'onnxruntime-common';
import type { Manifest } from '../../artifact/manifest.ts';
import type { PhaseProfile } from '../profile/profile.ts';
import type { OpenOptions } from '../session.ts';

/** A tensor as it crosses threads. */
export type SentTensor = Pick<Tensor, 'type' | 'data' | 'dims'>;
export type SentTensors = Readonly<Record<string, SentTensor>>;

/** What the thread of a graph is asked, in the order in which it does it, and what it answers. */
export type GraphMethods = {
  /** Answered when ONNX Runtime is there. */
  loaded: { readonly parameters: readonly []; readonly result: undefined };
  open: {
    readonly parameters: readonly [
      artifact: { readonly directory: string; readonly manifest: Manifest },
      name: string,
      options: OpenOptions,
    ];
    /** A number for the graph. */
    readonly result: number;
  };
  run: {
    readonly parameters: readonly [graph: number, inputs: SentTensors, wanted: readonly string[] | undefined];
    readonly result: SentTensors;
  };
  profile: { readonly parameters: readonly [graph: number]; readonly result: readonly PhaseProfile[] };
  close: { readonly parameters: readonly [graph: number]; readonly result: undefined };
};
export type GraphMethod = keyof GraphMethods;

export type GraphRequest = {
  [M in GraphMethod]: {
    readonly id: number;
    readonly method: M;
    readonly parameters: GraphMethods[M]['parameters'];
  };
}[GraphMethod];

export function sentTensors(tensors: Readonly<Record<string, Tensor>>): SentTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, dims }]) => [name, { type, data, dims }]),
  );
}
