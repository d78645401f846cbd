import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { clipVit, gpt2, mlpConnector, spliced } from '../../../models/index.ts';
import { exportTriton } from '../../../runtime/export/triton/export-triton.ts';
import { modelConfigText } from '../../../runtime/export/triton/model-config.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { compileLively, SMALL_MODELS } from '../../media/small-models.ts';
import {
  EXPORTED,
  PICTURES,
  refusedRequests,
  requestsOf,
  type TritonReference,
} from '../../references/triton/models.ts';
import { oneSentence } from '../../support/one-sentence.ts';

const REFERENCES = new URL('../../references/triton/references.json', import.meta.url);
const SERVE = fileURLToPath(new URL('../../references/triton/serve.py', import.meta.url));
const TSX = import.meta.resolve('tsx');
/** A Python with the packages that serve.py names: then the references are made anew. */
const { TRITON_PYTHON, KSERVE_CRD } = process.env;

/** What is compiled for the CPU of Triton, whose ONNX Runtime has not all operators of ours. */
const SERVED = { generation: true, fusion: false } as const;

/** Triton cannot be had here: the repository is served by `serve.py`, of which the references are kept. */
describe('an artifact as a model repository for Triton', () => {
  let folder: string;
  let references: Record<string, TritonReference>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'triton-'));
    references = TRITON_PYTHON === undefined ? JSON.parse(await readFile(REFERENCES, 'utf8')) : {};
  });
  after(async () => {
    if (TRITON_PYTHON !== undefined)
      await writeFile(REFERENCES, `${JSON.stringify(references, undefined, 1)}\n`);
    await rm(folder, { recursive: true, force: true });
  });

  const forms = Object.entries(EXPORTED).flatMap(([name, make]) => {
    const hasPictures = make().facts.image !== undefined;
    return (hasPictures ? [false, true] : [false]).map((fromPixels) => ({ name, make, fromPixels }));
  });
  for (const { name, make, fromPixels } of forms) {
    const form = fromPixels ? `${name}, from pixels` : name;
    it(`answers as Node does, and is configured as Triton's schema has it: ${form}`, async () => {
      const program = make();
      const directory = await compileLively(folder, program, {
        ...SERVED,
        out: join(folder, `${program.name}-${fromPixels}`),
      });
      const out = join(folder, `${program.name}-${fromPixels}-repository`);
      const models = await exportTriton(directory, { out, fromPixels });
      const hasPictures = program.facts.image !== undefined;
      const asked = requestsOf(hasPictures, fromPixels);
      const refused = refusedRequests(hasPictures);
      const configs: Record<string, string> = {};
      for (const model of models)
        configs[model] = await readFile(join(out, 'models', model, 'config.pbtxt'), 'utf8');
      if (TRITON_PYTHON !== undefined) {
        const requests = join(folder, 'requests.json');
        await writeFile(requests, JSON.stringify([...asked, ...refused].map(([request]) => request)));
        const schema = KSERVE_CRD === undefined ? [] : ['--kserve', KSERVE_CRD];
        const words = [SERVE, out, requests, ...schema];
        const { stdout } = await promisify(execFile)(TRITON_PYTHON, words, { maxBuffer: 2 ** 26 });
        const { answers }: TritonReference = JSON.parse(stdout);
        references[form] = { configs, answers };
      }
      const reference = references[form];
      assert.deepEqual(configs, reference?.configs);
      assert.equal(reference?.answers.length, asked.length + refused.length);
      await using engine = await Engine.open({
        directory,
        verify: true,
        imageMemory: 2 ** 24,
        pixels: 'pillow',
      });
      for (const [index, [{ max_new_tokens }, prompt]] of asked.entries()) {
        const [answer] = await engine.generate([prompt], { maxNewTokens: max_new_tokens[0] ?? 1 });
        assert.deepEqual(reference?.answers[index]?.tokens, answer?.tokens, `answer ${index}`);
        assert.equal(reference?.answers[index]?.text, answer?.text);
        for (const [place, score] of answer?.scores.entries() ?? []) {
          const found = reference?.answers[index]?.log_probabilities?.[place] ?? Number.NaN;
          assert.ok(Math.abs(found - score) < 1e-3, `answer ${index}, token ${place}: ${found}, ${score}`);
        }
      }
      for (const [index, [, sentence]] of refused.entries())
        assert.match(reference?.answers[asked.length + index]?.error ?? 'an answer', sentence);
    });
  }

  it('has what a person needs to start and to ask it, and weights that take no room twice', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    const directory = await compileLively(folder, program, { ...SERVED, out: join(folder, 'again') });
    const out = join(folder, 'repository');
    assert.deepEqual(await exportTriton(directory, { out, instances: 2, batch: 8 }), [
      ...['packed-vision', 'packed-generate', 'packed'],
    ]);
    assert.deepEqual((await readdir(out)).sort(), [
      ...['Dockerfile', 'README.md', 'client.py', 'client.ts', 'inference-service.yaml', 'models'],
    ]);
    const read = (name: string) => readFile(join(out, name), 'utf8');
    assert.match(await read('README.md'), /tritonserver --model-repository=\/models/);
    assert.match(await read('client.ts'), /\/v2\/models\/packed\/infer/);
    assert.match(await read('client.py'), /\/v2\/models\/packed\/infer/);
    assert.match(await read('inference-service.yaml'), /^apiVersion: serving\.kserve\.io\/v1beta1$/m);
    const vision = await read('models/packed-vision/config.pbtxt');
    assert.match(vision, /^max_batch_size: 8$/m);
    assert.match(vision, /^instance_group \{\n {2}kind: KIND_CPU\n {2}count: 2\n\}$/m);
    const weights = join(out, 'models/packed-generate/1/weights.safetensors');
    assert.equal((await stat(weights)).ino, (await stat(join(directory, 'weights.safetensors'))).ino);
  });

  for (const [client, command, words] of [
    ['client.ts', process.execPath, ['--import', TSX]],
    ['client.py', 'python3', []],
  ] as const) {
    it(`is asked over KServe's v2 protocol by ${client}`, async function () {
      const known = await promisify(execFile)(command, ['--version']).catch(() => undefined);
      if (known === undefined) {
        console.log(`      there is no ${command} here`);
        this.skip();
      }
      const out = join(folder, 'repository');
      const asked: unknown[] = [];
      const server = createServer(async (request, response) => {
        const chunks: Buffer[] = await request.toArray();
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        asked.push(request.method, request.url, body);
        const refused = asked.length > 3;
        response.writeHead(refused ? 400 : 200, { 'Content-Type': 'application/json' });
        const text = { name: 'text', datatype: 'BYTES', shape: [1], data: [' an answer'] };
        response.end(JSON.stringify(refused ? { error: 'a sentence' } : { outputs: [text] }));
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      try {
        const address = server.address();
        assert.ok(typeof address === 'object' && address !== null);
        const ask = () =>
          promisify(execFile)(command, [
            ...[...words, join(out, client), `http://127.0.0.1:${address.port}`],
            ...['--shot', PICTURES[0] ?? '', 'Output:a', '--image', PICTURES[1] ?? '', '--text', 'Output:'],
          ]);
        assert.equal((await ask()).stdout, ' an answer\n');
        const files = await Promise.all(PICTURES.map((path) => readFile(path, 'base64')));
        assert.deepEqual(asked, [
          'POST',
          '/v2/models/packed/infer',
          {
            inputs: [
              { name: 'texts', datatype: 'BYTES', shape: [2], data: ['Output:a', 'Output:'] },
              { name: 'images', datatype: 'BYTES', shape: [2], data: files },
              { name: 'images_of_text', datatype: 'INT32', shape: [2], data: [1, 1] },
            ],
            outputs: [{ name: 'text' }],
          },
        ]);
        await assert.rejects(ask(), /a sentence/);
      } finally {
        server.close();
      }
    });
  }

  it("is asked by our clients and NVIDIA's own over HTTP, where a Python with its packages is named", async function () {
    if (TRITON_PYTHON === undefined) {
      console.log(
        '      TRITON_PYTHON names no Python with the packages of tests/references/triton/serve.py',
      );
      this.skip();
    }
    const directory = join(folder, 'again');
    const server = spawn(TRITON_PYTHON, [SERVE, join(folder, 'repository'), '--http'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const [line] = await once(server.stdout, 'data');
      const port = String(line).trim();
      const [first = '', second = ''] = PICTURES;
      const ask = fileURLToPath(new URL('../../references/triton/ask.py', import.meta.url));
      const asked = await promisify(execFile)(TRITON_PYTHON, [
        ask,
        `localhost:${port}`,
        'packed',
        first,
        second,
      ]);
      const { whole, again, refused } = JSON.parse(asked.stdout);
      await using engine = await Engine.open({ directory, verify: true, imageMemory: 0, pixels: 'pillow' });
      const shots = [
        { image: first, text: 'Output:a' },
        { image: second, text: 'Output:b b' },
      ];
      const prompt = { shots, query: { image: first, text: 'Output:' } };
      const [answer] = await engine.generate([prompt], { maxNewTokens: 6 });
      assert.deepEqual([whole.tokens, whole.text], [answer?.tokens, answer?.text]);
      assert.deepEqual(again, whole);
      assert.match(
        refused,
        /^max_new_tokens is 0, and the prompt's \d+ tokens leave room for \d+: give from 1 to that$/,
      );
      const words = [
        `http://127.0.0.1:${port}`,
        ...[
          '--shot',
          first,
          'Output:a',
          '--shot',
          second,
          'Output:b b',
          '--image',
          first,
          '--text',
          'Output:',
        ],
        ...['--max-new-tokens', '6'],
      ];
      const repository = join(folder, 'repository');
      for (const [command, ...before] of [
        [process.execPath, '--import', TSX, join(repository, 'client.ts')],
        [TRITON_PYTHON, join(repository, 'client.py')],
      ]) {
        const { stdout } = await promisify(execFile)(command ?? '', [...before, ...words]);
        assert.equal(stdout, `${answer?.text}\n`);
      }
    } finally {
      server.stdin.end();
    }
  });

  it('places stages of a language graph on cards of their own, behind an ensemble', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    const directory = join(folder, 'stages');
    await compileLively(folder, program, { stages: 2, target: 'cuda', out: directory });
    const out = join(folder, 'staged');
    const killed = `${out}.0123abcd.partial`;
    await mkdir(killed);
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(join(killed, '.claim'), JSON.stringify({ pid, host: hostname() }));
    const models = await exportTriton(directory, { out, gpus: [2, 5] });
    assert.equal(existsSync(killed), false, 'what a killed export left is gone');
    assert.deepEqual(models, ['packed-vision', 'packed-language-1', 'packed-language-2', 'packed-language']);
    const config = (name: string) => readFile(join(out, 'models', name, 'config.pbtxt'), 'utf8');
    assert.match(await config('packed-language-1'), /kind: KIND_GPU\n {2}count: 1\n {2}gpus: \[2\]/);
    assert.match(await config('packed-language-2'), /gpus: \[5\]/);
    assert.match(await config('packed-vision'), /gpus: \[2, 5\]/);
    const ensemble = await config('packed-language');
    assert.match(ensemble, /^platform: "ensemble"$/m);
    assert.match(ensemble, /model_name: "packed-language-1"[\s\S]*model_name: "packed-language-2"/);
    assert.doesNotMatch(ensemble, /^ {2}name: "carried/m);
  });

  it('refuses what it cannot serve, in a sentence, and leaves nothing', async () => {
    const refuses = (promise: Promise<unknown>, sentence: RegExp) =>
      assert.rejects(promise, oneSentence(sentence));
    const program = SMALL_MODELS.packed?.();
    const tiles = SMALL_MODELS['spliced by a perceptron, in tiles']?.();
    assert.ok(program && tiles);
    const plain = await compileLively(folder, program, { fusion: false, out: join(folder, 'plain') });
    const out = join(folder, 'refused');
    await refuses(exportTriton(plain, { out }), /no graph of whole answers.*compile it with --generation/);
    const cut = await compileLively(folder, tiles, { ...SERVED, out: join(folder, 'tiles') });
    await refuses(exportTriton(cut, { out }), /cuts pictures into tiles/);
    const vision = clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 4 });
    const { preprocessing } = vision;
    const sizes = { dim: 32, layers: 1, heads: 4, vocabulary: 261, contextLength: 64 };
    const parts = { name: 'shown', vision, connector: mlpConnector(), language: gpt2(sizes) };
    const written = spliced({ ...parts, pictureText: { alone: '({image})' } });
    const around = await compileLively(folder, written, { ...SERVED, out: join(folder, 'written') });
    await refuses(exportTriton(around, { out }), /'shown' has text around its pictures/);
    const byEdge = {
      ...vision,
      preprocessing: { ...preprocessing, resize: 'stretch', longestEdge: 56 },
    } as const;
    const resized = spliced({ ...parts, vision: byEdge });
    const edge = await compileLively(folder, resized, { ...SERVED, out: join(folder, 'resized') });
    await refuses(
      exportTriton(edge, { out }),
      /resizes pictures by their longest edge or by Lanczos' kernel/,
    );
    await refuses(
      exportTriton(plain, { out, gpus: [1] }),
      /GPUs 1 were given but the model 'packed' was compiled for 'cpu'/,
    );
    await refuses(exportTriton(folder, { out }), /is not an artifact/);
    const fused = await compileLively(folder, program, { generation: true, out: join(folder, 'fused') });
    await refuses(
      exportTriton(fused, { out }),
      /graph 'language' of the model 'packed', compiled for 'cpu', has com\.microsoft\.GatedAdd, which the ONNX Runtime 1\.27\.0 of Triton has not: compile it with --target cuda, or with --fusion off for the CPU\.$/,
    );
    const alone = SMALL_MODELS['a language model alone']?.();
    assert.ok(alone);
    const text = await compileLively(folder, alone, { ...SERVED, out: join(folder, 'text') });
    await refuses(
      exportTriton(text, { out, fromPixels: true }),
      /has no graph that writes whole answers from pixels: it is shown no pictures/,
    );
    const served = await compileLively(folder, program, { ...SERVED, out: join(folder, 'served') });
    await refuses(
      exportTriton(served, { out, fromPixels: true, batch: 4 }),
      /give either a batch or the form from pixels/,
    );
    await assert.rejects(stat(out));
    await mkdir(out);
    await refuses(exportTriton(plain, { out }), /no graph of whole answers|is there already/);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('refused.')),
      [],
    );
  });

  it('writes texts as protobuf reads them', () => {
    const name = 'a "name" \\ with\nlines';
    assert.equal(
      modelConfigText({ name, max_batch_size: 0, input: [], output: [] }),
      'name: "a \\"name\\" \\\\ with\\nlines"\nmax_batch_size: 0\n',
    );
  });
});
