// The least that an answer of the small model takes: Node, ONNX Runtime and sharp of the installed package, sessions of both graphs, the
// pictures' pixels, and as many runs as an answer of eight tokens has, on zeros. Nothing is checked, and no text is read.
//   bare-answer.mjs FOLDER ARTIFACT PICTURE...
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PROMPT = 20;
const ANSWER = 8;

process.env.ORT_DISABLE_TELEMETRY ??= '1';
const [folder = '.', artifact = '.', ...pictures] = process.argv.slice(2);
const installed = createRequire(join(folder, 'package.json'));
const { InferenceSession, Tensor } = installed('onnxruntime-node');
const sharp = installed('sharp');
const { graphs, image } = JSON.parse(readFileSync(join(artifact, 'manifest.json'), 'utf8'));
const options = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  interOpNumThreads: 1,
  logSeverityLevel: 4,
  extra: { session: { intra_op: { spin_duration_us: '2000' }, set_denormal_as_zero: '1' } },
};
const vision = await InferenceSession.create(join(artifact, 'vision.onnx'), options);
const language = await InferenceSession.create(join(artifact, 'language.onnx'), options);

const { size } = image;
const pixels = new Float32Array(pictures.length * 3 * size * size);
for (const [index, picture] of pictures.entries()) {
  const raw = await sharp(picture).flatten().resize(size, size, { fit: 'fill' }).raw().toBuffer();
  pixels.set(raw, index * 3 * size * size);
}
const shown = await vision.run({ pixels: new Tensor(pixels, [pictures.length, 1, 3, size, size]) });

const ARRAYS = { float32: Float32Array, int64: BigInt64Array, bool: Uint8Array };
const read = (text, past) => {
  const sizes = {
    batch: 1,
    text,
    past,
    'past+text': past + text,
    rows: pictures.length,
    chunk: 1,
    wanted: 1,
  };
  const feeds = graphs.language.inputs.map(({ name, dtype, shape }) => {
    if (name in shown) return [name, shown[name]];
    const dims = shape.map((size) => sizes[size] ?? size);
    const data = new ARRAYS[dtype](dims.reduce((product, size) => product * size, 1));
    return [name, new Tensor(dtype, data, dims)];
  });
  return language.run(Object.fromEntries(feeds));
};
await read(PROMPT, 0);
for (let step = 1; step < ANSWER; step++) await read(1, PROMPT + step);
process.exit(0);
