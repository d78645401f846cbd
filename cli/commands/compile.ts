import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import type { Manifest } from '../../compiler/artifact/manifest.ts';
import { UserError } from '../../compiler/artifact/user-error.ts';
import type { CompileOptions } from '../../compiler/compile.ts';
import { PRECISIONS, type Precision } from '../../dsl/precision.ts';
import type { Program } from '../../dsl/program.ts';
import { calibrate, readCalibrationPrompts } from '../calibrate.ts';
import { type CliCommand, type CommandContext, collect, wholeNumber } from '../command.ts';
import { calibrationRows, describePrecision } from '../describe-precision.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findPreset } from '../presets.ts';
import { describeBytes, describeCount, type Report } from '../report.ts';
import { WrongUse } from '../wrong-use.ts';

interface CompileFlags {
  readonly openFlamingo?: string;
  readonly vision?: string;
  readonly language?: string;
  readonly every?: number;
  readonly name?: string;
  readonly weights?: readonly string[];
  readonly out?: string;
  readonly target: 'cpu' | 'cuda';
  readonly fusion: 'on' | 'off';
  readonly precision?: Precision;
  readonly calibrate?: string;
  readonly seed: number;
  readonly seedMissing?: true;
  readonly copyWeights?: true;
  readonly tokenizer?: string;
  readonly export?: string;
  readonly force?: true;
  readonly json?: true;
}

export const command: CliCommand = {
  name: 'compile',
  summary: 'Type-check a model file and compile it to a folder of ONNX graphs and weights.',
  examples: [
    'flamingo compile my-model.ts',
    'flamingo compile emoji   # the small model that ships with its weights',
    'flamingo compile my-model.ts --weights checkpoint.safetensors --weights clip.safetensors --out artifacts/mine',
    'flamingo compile --open-flamingo checkpoint.pt --vision clip-vit-large-patch14/ --language mpt-1b-redpajama-200b/',
    'flamingo compile my-model.ts --weights none --target cuda   # graphs alone, to look at',
    'flamingo compile my-model.ts --weights checkpoint.safetensors --precision int4',
    'flamingo compile my-model.ts --precision int8 --calibrate prompts.jsonl',
    'flamingo compile my-model.ts --force --json',
  ],
  configure(command, run) {
    command
      .argument(
        '[model]',
        'TypeScript file whose default export is a model, or the name of a preset: emoji (trained), tiny, flamingo-3b, open-flamingo-3b, …',
      )
      .option('--open-flamingo <path>', 'OpenFlamingo checkpoint, in place of a model file')
      .option(
        '--vision <path>',
        "its CLIP model: a folder of Hugging Face's or open_clip's layout, or a file of OpenAI's",
      )
      .option('--language <dir>', 'folder of its language model')
      .option(
        '--every <n>',
        'its interval of cross-attention (default: what the names in it say)',
        wholeNumber(1),
      )
      .option('--name <name>', 'name of that model (default: that of the checkpoint)')
      .option(
        '--weights <path>',
        'safetensors or PyTorch file, index of shards, or folder; may repeat; `none` compiles the graphs without values; drawn from the seed if absent',
        collect,
      )
      .option('--out <dir>', 'folder to make (default: artifacts/<name of the model>)')
      .addOption(
        new Option('--target <target>', 'execution provider').choices(['cpu', 'cuda']).default('cpu'),
      )
      .addOption(
        new Option(
          '--precision <precision>',
          'how weights are kept where the model file does not say; int8 and int4 are for linear layers (default: float32 on cpu, float16 on cuda)',
        ).choices(PRECISIONS),
      )
      .option(
        '--calibrate <prompts>',
        'say what the precision cost: compare next-token predictions with float32 on the prompts of a JSONL file',
      )
      .addOption(new Option('--fusion <switch>', 'use fused operators').choices(['on', 'off']).default('on'))
      .option(
        '--copy-weights',
        'write all weights into the artifact and check them, instead of linking to their files',
      )
      .option('--seed <n>', 'seed of weights that are not loaded', wholeNumber(0), 0)
      .option('--seed-missing', 'draw weights that the files lack from the seed, instead of refusing')
      .option(
        '--tokenizer <file>',
        'tokenizer.json (default: the one beside the model file, else single bytes)',
      )
      .option('--export <name>', 'the export that is the model (default: the default export)')
      .option('--force', 'replace a compiled model that is already there')
      .option('--json', 'print the result as JSON')
      .action((model: string | undefined, flags: CompileFlags) =>
        run((context) => compileModel(model, flags, context)),
      );
  },
};

async function compileModel(
  model: string | undefined,
  flags: CompileFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { report, signal } = context;
  const started = performance.now();
  const { program, source, tokenizer, weights } = await chosenModel(model, flags, report);
  const out = flags.out ?? join('artifacts', program.name);
  if (flags.calibrate !== undefined && weights === 'none') {
    throw new UserError('--calibrate runs the model, so it goes with weights and not with --weights none.');
  }
  const prompts =
    flags.calibrate === undefined ? undefined : await readCalibrationPrompts(flags.calibrate, report, signal);
  signal.throwIfAborted();

  const { compile } = await import('../../compiler/compile.ts');
  const { authorNames } = await import('../../compiler/frontend/author-names.ts');
  const progress = report.progress('writing weights');
  try {
    const options: CompileOptions = {
      out,
      source,
      tokenizer,
      target: flags.target,
      fusion: flags.fusion === 'on',
      ...(flags.precision && { precision: flags.precision }),
      weights,
      seed: flags.seed,
      seedMissing: flags.seedMissing ?? false,
      copyWeights: flags.copyWeights ?? false,
      replace: flags.force ?? false,
      nameOf: authorNames,
      onNote: report.note,
      onProgress(done, total) {
        // Thrown inside the compiler, so that it cleans up what it has begun.
        signal.throwIfAborted();
        progress.update(done, total);
      },
    };
    const compiled = await compile(program, options);
    progress.stop();
    const manifest = prompts ? await calibrate(program, compiled, options, prompts, context) : compiled;
    const seconds = (performance.now() - started) / 1000;
    if (flags.json) report.result(JSON.stringify(describe(manifest, out, seconds), undefined, 2));
    else summarise(manifest, out, seconds, report);
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}

interface ChosenModel {
  readonly program: Program;
  readonly source: string;
  readonly tokenizer: string | Uint8Array;
  readonly weights: readonly string[] | 'none';
}

/** A model file with its weights, or an OpenFlamingo of its parts: one of the two. */
async function chosenModel(
  model: string | undefined,
  flags: CompileFlags,
  report: Report,
): Promise<ChosenModel> {
  const { openFlamingo, vision, language, every, name, ...others } = flags;
  const given = chosenWeights(flags.weights);
  if (model !== undefined) {
    const stray = Object.entries({
      '--open-flamingo': openFlamingo,
      '--vision': vision,
      '--language': language,
      '--every': every,
      '--name': name,
    }).find(([, value]) => value !== undefined);
    if (stray !== undefined)
      throw new WrongUse(
        `${stray[0]} does not go with a model file, which says it itself; leave out one of them.`,
      );
    const preset = await findPreset(model);
    if (preset !== undefined) {
      const { program } = preset;
      const tokenizer = await chosenTokenizer(model, flags.tokenizer ?? preset.tokenizer, program, report);
      const shipped = preset.weights === undefined ? [] : [preset.weights];
      const weights = flags.weights === undefined ? shipped : given;
      return { program, source: `flamingo-onnx preset ${model}`, tokenizer, weights };
    }
    const { loadModel } = await import('../../compiler/frontend/load-model.ts');
    const program = await loadModel(model, flags.export === undefined ? {} : { exportName: flags.export });
    const tokenizer = await chosenTokenizer(model, flags.tokenizer, program, report);
    const source = relative(process.cwd(), resolve(model));
    return { program, source, tokenizer, weights: given };
  }
  if (openFlamingo === undefined || vision === undefined || language === undefined) {
    throw new WrongUse(
      'Give a model file or the name of a preset, or an OpenFlamingo by all of --open-flamingo CHECKPOINT, --vision DIR and --language DIR.',
    );
  }
  if (others.weights !== undefined && others.weights.join() !== 'none')
    throw new WrongUse(
      '--weights does not go with --open-flamingo, whose parts are its weights; leave it out.',
    );
  const { openFlamingoModel } = await import('../checkpoints/open-flamingo.ts');
  const made = await openFlamingoModel({
    checkpoint: openFlamingo,
    vision,
    language,
    ...(others.tokenizer !== undefined && { tokenizer: others.tokenizer }),
    ...(every !== undefined && { every }),
    ...(name !== undefined && { name }),
  });
  for (const note of made.notes) report.note(note);
  await checkedTokenizer(made, flags.tokenizer ?? language);
  const weights = others.weights === undefined ? made.weights : 'none';
  return { program: made.program, source: openFlamingo, tokenizer: made.tokenizer, weights };
}

/** Refuses a tokenizer whose tokens the model has no rows for. */
async function checkedTokenizer(
  { program, tokenizer }: { readonly program: Program; readonly tokenizer: Uint8Array },
  path: string,
): Promise<void> {
  const { createTokenizer } = await import('../../runtime/tokenizer.ts');
  const { tokens, vocabulary } = program.facts.language;
  const { size } = createTokenizer(JSON.parse(Buffer.from(tokenizer).toString('utf8')), path, tokens);
  if (size > vocabulary) throw tooManyTokens(path, size, vocabulary);
}

function tooManyTokens(path: string, size: number, vocabulary: number): UserError {
  return new UserError(
    `The tokenizer ${path} has ${size} tokens, but the model's vocabulary has ${vocabulary}; pass the tokenizer that belongs to the model with --tokenizer.`,
  );
}

function chosenWeights(files: readonly string[] = []): readonly string[] | 'none' {
  if (!files.includes('none')) return files;
  if (files.length > 1) throw new WrongUse('--weights none goes with no other --weights.');
  return 'none';
}

/** The tokenizer's file, once it is known to fit: a model that cannot encode a prompt would fail only when it runs. */
async function chosenTokenizer(
  model: string,
  given: string | undefined,
  program: Program,
  report: Report,
): Promise<string> {
  const beside = join(dirname(resolve(model)), 'tokenizer.json');
  const own = given ?? (existsSync(beside) ? beside : undefined);
  const path = own ?? BYTE_LEVEL_TOKENIZER;
  const { loadTokenizer } = await import('../../runtime/tokenizer.ts');
  const { tokens, vocabulary } = program.facts.language;
  const tokenizer = await loadTokenizer(path, tokens).catch((error: unknown) => {
    if (own !== undefined || !(error instanceof UserError)) throw error;
    const wanted = [...new Set(Object.values(tokens))].filter((token) => token !== null).join(' ');
    throw new UserError(
      `No tokenizer was given, and the one that makes a token of every byte lacks some of the model's special tokens (${wanted}): pass the model's tokenizer.json with --tokenizer.`,
    );
  });
  if (tokenizer.size > vocabulary) {
    throw tooManyTokens(path, tokenizer.size, vocabulary);
  }
  if (own === undefined) report.note('No tokenizer given: every byte of a text is a token.');
  return path;
}

const BYTE_LEVEL_TOKENIZER = fileURLToPath(
  new URL('../../models/tokenizers/byte-level.json', import.meta.url),
);

const ORIGIN = {
  loaded: () => 'loaded',
  seeded: (seed: number) => `drawn from seed ${seed}: not trained`,
  mixed: (seed: number) => `loaded, the rest drawn from seed ${seed}: not trained`,
  none: () => 'left out: the graphs cannot run',
};

function describe(manifest: Manifest, out: string, seconds: number): object {
  const { model, target, fusion, precision, parameters, graphs } = manifest;
  const counts = Object.entries(graphs).map(([name, { operators, fusions, fallbacks }]) => [
    name,
    { operators: operators.before, nodes: operators.after, fusions, fallbacks },
  ]);
  return {
    model: model.name,
    out,
    seconds,
    target,
    fusion,
    precision,
    parameters,
    graphs: Object.fromEntries(counts),
  };
}

function summarise(
  manifest: Manifest,
  out: string,
  seconds: number,
  { result, table, colour }: Report,
): void {
  const { parameters, precision, graphs, model, target, fusion } = manifest;
  const { count, trainable, bytes, origin, seed } = parameters;
  result(`${colour.out.green('✓')} ${model.name} -> ${out} for ${target} in ${seconds.toFixed(1)} s`);
  result(
    `${describeCount(count)} parameters (${describeCount(trainable)} trainable), ${describeBytes(bytes)} (${describePrecision(precision)}), ${ORIGIN[origin](seed)}`,
  );
  const total = (counts: Readonly<Record<string, number>>) =>
    String(Object.values(counts).reduce((sum, each) => sum + each, 0));
  table(
    ['graph', 'operators', 'ONNX nodes', fusion ? 'fusions' : 'fusions (off)', 'without a kernel'],
    Object.entries(graphs).map(([name, { operators, fusions, fallbacks }]) => [
      name,
      total(operators.before),
      total(operators.after),
      total(fusions),
      String(fallbacks.length),
    ]),
  );
  const cost = calibrationRows(precision);
  if (cost.length > 0)
    table(
      ['precision', precision.weights],
      cost.map((row) => [...row]),
    );
}
