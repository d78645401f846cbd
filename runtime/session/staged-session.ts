import type { Tensor } from 'onnxruntime-common';
import { joinStages, type PhaseProfile } from '../profile/profile.ts';
import type { GraphSession, Tensors, WantedOutputs } from '../session.ts';

/** A graph's stage, and the names of what it takes and gives. */
export interface Stage {
  readonly session: GraphSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A graph that was cut into stages: each runs in a session of its own, which may be on a device of its own. */
export class StagedSession implements GraphSession {
  readonly #stages: readonly Stage[];

  /** @param stages in their order; an output that another takes as an input is theirs alone */
  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  get writesInPlace(): boolean {
    return this.#stages.every(({ session }) => session.writesInPlace);
  }

  get takesDeviceTensors(): boolean {
    return this.#stages.every(({ session }) => session.takesDeviceTensors);
  }

  /**
   * Runs the stages one after another. What one carries to another is freed when the last has read it, and what is not
   * wanted at the end.
   */
  async run(inputs: Tensors, wanted?: WantedOutputs): Promise<Record<string, Tensor>> {
    const given = new Map(Object.entries(inputs));
    const made = new Map<string, Tensor>();
    const lastReader = new Map(
      this.#stages.flatMap((stage, index) => stage.inputs.map((name) => [name, index] as const)),
    );
    try {
      for (const [index, { session, inputs: names, outputs: gives }] of this.#stages.entries()) {
        const feeds = names.flatMap((name) => {
          const tensor = made.get(name) ?? given.get(name);
          return tensor === undefined ? [] : [[name, tensor] as const];
        });
        const outputs = await session.run(
          Object.fromEntries(feeds),
          wanted && wantedOf(gives, wanted, (name) => lastReader.has(name)),
        );
        for (const [name, tensor] of Object.entries(outputs)) made.set(name, tensor);
        for (const name of names) {
          if (lastReader.get(name) !== index) continue;
          made.get(name)?.dispose();
          made.delete(name);
        }
      }
    } catch (error) {
      for (const tensor of made.values()) tensor.dispose();
      throw error;
    }
    for (const [name, tensor] of made) {
      if (wanted === undefined || Object.hasOwn(wanted, name)) continue;
      tensor.dispose();
      made.delete(name);
    }
    return Object.fromEntries(made);
  }

  async profile(): Promise<readonly PhaseProfile[]> {
    return joinStages(await Promise.all(this.#stages.map(({ session }) => session.profile())));
  }

  async close(): Promise<void> {
    for (const { session } of this.#stages) await session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What is wanted of a stage: what the caller wants of the whole, and what others take. */
function wantedOf(
  outputs: readonly string[],
  wanted: WantedOutputs,
  isTaken: (name: string) => boolean,
): WantedOutputs {
  return Object.fromEntries(
    outputs.flatMap((name) =>
      Object.hasOwn(wanted, name) ? [[name, wanted[name] ?? null]] : isTaken(name) ? [[name, null]] : [],
    ),
  );
}
