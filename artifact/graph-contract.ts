import type { GraphPort, Manifest } from './manifest.ts';

/** What a port's shape must be: a number, or null for a size that the rest of the manifest does not say. */
type ExpectedShape = readonly (number | null)[];
type ExpectedPorts = ReadonlyMap<string, ExpectedShape>;

/**
 * Compares what a manifest says of the model (sizes, layers, vocabulary) with what it says of the ports of its graphs.
 * The runtime lays out memory by the former and gives it to the latter, so they must agree before anything is laid out.
 *
 * @returns the end of a sentence that begins with the manifest's path; undefined where all agrees
 */
export function contractProblem(manifest: Manifest): string | undefined {
  const { vision, language } = manifest.graphs;
  const most =
    vision.inputs.length + vision.outputs.length + language.inputs.length + language.outputs.length;
  for (const [what, { layers }] of [
    ['language', manifest.language],
    ['crossAttention', manifest.crossAttention],
  ] as const) {
    // Before a list is made of as many.
    if (layers > most)
      return `says that ${what} has ${layers} layers, but its graphs have ${most} inputs and outputs`;
  }
  return (
    difference('vision', 'inputs', vision.inputs, visionInputs(manifest)) ??
    difference('vision', 'outputs', vision.outputs, visionOutputs(manifest)) ??
    difference('language', 'inputs', language.inputs, languageInputs(manifest)) ??
    difference('language', 'outputs', language.outputs, languageOutputs(manifest))
  );
}

function visionInputs({ image: { size } }: Manifest): ExpectedPorts {
  return new Map([['pixels', [null, null, 3, size, size]]]);
}

function visionOutputs(manifest: Manifest): ExpectedPorts {
  return new Map<string, ExpectedShape>([
    ['latents', [null, manifest.crossAttention.latents, null]],
    ...mediaPorts(manifest),
  ]);
}

function languageInputs(manifest: Manifest): ExpectedPorts {
  return new Map<string, ExpectedShape>([
    ['tokens', [null, null]],
    ['positions', [null, null]],
    ['attention_mask', [null, null, null]],
    ...cachePorts('past', manifest),
    ...mediaPorts(manifest),
    ['media_rows', [null, null]],
    ['media_slots', [null, null]],
    ['has_media', [null, null]],
    ['wanted', [null]],
  ]);
}

function languageOutputs(manifest: Manifest): ExpectedPorts {
  return new Map<string, ExpectedShape>([
    ['logits', [null, manifest.language.vocabulary]],
    ...cachePorts('new', manifest),
  ]);
}

function mediaPorts({ crossAttention: { layers, heads, latents, headDim } }: Manifest) {
  return keysAndValues('media', layers, [null, heads, latents, headDim]);
}

function cachePorts(prefix: string, { language: { layers, keyValueHeads, headDim } }: Manifest) {
  return keysAndValues(prefix, layers, [null, keyValueHeads, null, headDim]);
}

function keysAndValues(prefix: string, layers: number, shape: ExpectedShape) {
  return Array.from({ length: layers }, (_, layer): [string, ExpectedShape][] => [
    [`${prefix}_key.${layer}`, shape],
    [`${prefix}_value.${layer}`, shape],
  ]).flat();
}

function difference(
  graph: string,
  side: 'inputs' | 'outputs',
  ports: readonly GraphPort[],
  expected: ExpectedPorts,
): string | undefined {
  const found = new Map(ports.map((port) => [port.name, port]));
  for (const [name, shape] of expected) {
    const port = found.get(name);
    if (port === undefined) return `lists no '${name}' among the ${side} of the ${graph} graph`;
    const fits =
      port.shape.length === shape.length &&
      shape.every((size, axis) => size === null || size === port.shape[axis]);
    if (fits) continue;
    const wanted = shape.map((size) => size ?? 'any');
    return `says that '${name}' of the ${graph} graph is [${port.shape.join(', ')}], but by its other fields it is [${wanted.join(', ')}]`;
  }
  const extra = ports.length === expected.size ? undefined : ports.find(({ name }) => !expected.has(name));
  if (extra !== undefined)
    return `lists '${extra.name}' among the ${side} of the ${graph} graph, which has no such`;
  return ports.length === expected.size ? undefined : `lists some of the ${side} of the ${graph} graph twice`;
}
