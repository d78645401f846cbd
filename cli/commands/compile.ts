import { Option } from 'commander';
import { UserError } from '../../artifact/user-error.ts';
import type { CompileOptions } from '../../compiler/compile.ts';
import type { CompiledGraph } from '../../compiler/compile-graph.ts';
import type { Extensions } from '../../compiler/extensions.ts';
import type { CompilerTarget } from '../../compiler/target/compiler-target.ts';
import { targetOf } from '../../compiler/target/target.ts';
import { TARGETS } from '../../compiler/target/target-registry.ts';
import { PRECISIONS } from '../../dsl/precision.ts';
import { calibrate, readCalibrationPrompts } from '../calibrate.ts';
import { type CliCommand, type CommandContext, collect, wholeNumber } from '../command.ts';
import { chosenModel } from '../compile/chosen-model.ts';
import { describeGraphs, showGraphs } from '../compile/explain.ts';
import type { CompileFlags } from '../compile/flags.ts';
import { describe, summarise } from '../compile/summary.ts';
import { watchModel } from '../compile/watch.ts';
import { compileWatched } from '../compile/watched.ts';
import { projectExtensions } from '../config.ts';
import { defaultOut } from '../default-out.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { WrongUse } from '../wrong-use.ts';

export const command: CliCommand = {
  name: 'compile',
  summary:
    'Compile a model file, which is type-checked, or a checkpoint to a folder of ONNX graphs and weights.',
  examples: [
    'flamingo compile my-model.ts',
    'flamingo compile emoji   # the small model that ships with its weights',
    'flamingo compile my-model.ts --weights checkpoint.safetensors --weights clip.safetensors --out artifacts/mine',
    'flamingo compile --open-flamingo checkpoint.pt --vision clip-vit-large-patch14/ --language mpt-1b-redpajama-200b/',
    'flamingo compile idefics-9b-instruct/ --precision int4 --out artifacts/idefics   # a folder from Hugging Face',
    'flamingo compile my-model.ts --weights none --target cuda   # graphs alone, to look at',
    'flamingo compile my-model.ts --weights checkpoint.safetensors --precision int4',
    'flamingo compile my-model.ts --precision int8 --calibrate prompts.jsonl',
    'flamingo compile flamingo-80b --weights none --target cuda --stages 4   # a graph for each of four cards',
    'flamingo compile my-model.ts --weights none --explain attention   # why a fusion rule did not apply',
    'flamingo compile my-model.ts --force --json',
    'flamingo compile my-model.ts --force --watch   # again at every save',
  ],
  configure(command, run) {
    command
      .argument(
        '[model]',
        'TypeScript file whose default export is a model, the name of a preset (emoji, which is trained, tiny, flamingo-3b, open-flamingo-3b, …), or the folder of a whole model from Hugging Face',
      )
      .option('--open-flamingo <path>', 'OpenFlamingo checkpoint, in place of a model file')
      .option(
        '--vision <path>',
        "its vision encoder: a folder of Hugging Face's or open_clip's layout, or a CLIP file of OpenAI's",
      )
      .option('--language <dir>', 'folder of its language model')
      .option(
        '--every <n>',
        'its interval of cross-attention (default: what the names in it say)',
        wholeNumber(1),
      )
      .option(
        '--name <name>',
        'name of that model, or of one from a folder (default: that of the checkpoint or folder)',
      )
      .option(
        '--weights <path>',
        'safetensors or PyTorch file, index of shards, or folder; may repeat; `none` compiles the graphs without values; drawn from the seed if absent',
        collect,
      )
      .option('--out <dir>', 'folder to make (default: artifacts/<name of the model>)')
      .option(
        '--target <target>',
        `what to compile for: ${TARGETS.map(({ name }) => name).join(', ')}, or one of the project's own`,
        'cpu',
      )
      .option(
        '--config <file>',
        "what the project adds: families, targets, operators, rules, weight formats (default: the folder's flamingo.config.ts)",
      )
      .addOption(
        new Option(
          '--precision <precision>',
          'how weights are kept where the model file does not say; int8 and int4 are for linear layers (default: float32 on cpu, float16 on cuda)',
        ).choices(PRECISIONS),
      )
      .option(
        '--static-cache <tokens>',
        'keep the keys and values of prompt and answer in a cache of this length and of fixed shape (default: one that grows, but for targets that ask for a static one)',
        wholeNumber(1),
      )
      .option(
        '--generation',
        'add a graph that writes whole answers by itself, which a GPU runs without copying the cache (generate.onnx)',
      )
      .option(
        '--calibrate <prompts>',
        'say what the precision cost: compare next-token predictions with float32 on the prompts of a file, one a line as {"image": "cat.png", "text": "Output: a cat"}',
      )
      .addOption(new Option('--fusion <switch>', 'use fused operators').choices(['on', 'off']).default('on'))
      .option(
        '--stages <n>',
        'cut the language graph between its layers into so many graphs of about equal weights, each for a device of its own',
        wholeNumber(1),
      )
      .option(
        '--copy-weights',
        'write all weights into the artifact and check them, instead of linking to their files (default: up to 256 MiB)',
      )
      .option('--no-copy-weights', 'link to the files of weights that are smaller, too')
      .option('--seed <n>', 'seed of weights that are not loaded', wholeNumber(0), 0)
      .option('--seed-missing', 'draw weights that the files lack from the seed, instead of refusing')
      .option(
        '--tokenizer <file>',
        'tokenizer.json (default: the one beside the model file, else single bytes)',
      )
      .option('--export <name>', 'the export that is the model (default: the default export)')
      .option(
        '--explain [rule]',
        'say what each pass did and which fusion rules applied; of a rule, why it did not where it nearly did',
      )
      .option('--print', 'print the optimised graphs, one operation a line')
      .option('--force', 'replace a compiled model that is already there')
      .option(
        '--watch',
        'compile again whenever the model file or one that it imports is saved (what the project adds is read anew, too)',
      )
      .addOption(new Option('--watched').hideHelp())
      .option('--json', 'print the result as JSON')
      .action((model: string | undefined, flags: CompileFlags) =>
        run((context) => {
          if (flags.watch) return watch(model, flags, context);
          if (!flags.watched || model === undefined) return compileModel(model, flags, context);
          const debug = process.argv.includes('--debug');
          return compileWatched(model, { report: context.report, debug }, ({ replace }) =>
            compileModel(model, replace ? { ...flags, force: true } : flags, context),
          );
        }),
      );
  },
};

async function watch(
  model: string | undefined,
  { json, calibrate }: CompileFlags,
  context: CommandContext,
): Promise<never> {
  if (json || calibrate !== undefined)
    throw new WrongUse(`--watch is for a person, so it does not go with ${json ? '--json' : '--calibrate'}.`);
  if (model === undefined || !/\.m?ts$/.test(model))
    throw new WrongUse('--watch goes with a model file, which changes when it is saved.');
  const words = process.argv.slice(2).filter((word) => word !== '--watch');
  return watchModel(model, words, context);
}

async function compileModel(
  model: string | undefined,
  flags: CompileFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { report, signal } = context;
  const started = performance.now();
  const extensions = await projectExtensions(flags.config);
  const target = chosenTarget(flags.target, extensions);
  const { program, source, tokenizer, weights } = await chosenModel(model, flags, extensions, report);
  const out = flags.out ?? defaultOut('artifacts', 'model', program.name);
  if (flags.calibrate !== undefined && weights === 'none') {
    throw new UserError('--calibrate runs the model, so it goes with weights and not with --weights none.');
  }
  if (typeof flags.explain === 'string' && flags.fusion === 'off')
    throw new WrongUse(`--explain ${flags.explain} is about fusion, so it does not go with --fusion off.`);
  const prompts =
    flags.calibrate === undefined ? undefined : await readCalibrationPrompts(flags.calibrate, report, signal);
  signal.throwIfAborted();

  const { compile } = await import('../../compiler/compile.ts');
  const { authorNames } = await import('../../compiler/frontend/author-names.ts');
  const progress = report.progress('writing weights');
  const graphs = new Map<string, CompiledGraph>();
  try {
    const options: CompileOptions = {
      out,
      source,
      ...(tokenizer !== undefined && { tokenizer }),
      ...extensions,
      target,
      fusion: flags.fusion === 'on',
      ...(flags.precision && { precision: flags.precision }),
      ...(flags.stages !== undefined && { stages: flags.stages }),
      ...(flags.generation === true && { generation: true }),
      ...(flags.staticCache !== undefined && { staticCache: flags.staticCache }),
      weights,
      seed: flags.seed,
      seedMissing: flags.seedMissing ?? false,
      copyWeights: flags.copyWeights,
      replace: flags.force ?? false,
      nameOf: authorNames,
      ...(typeof flags.explain === 'string' && { explain: flags.explain }),
      onGraph: (name, graph) => graphs.set(name, graph),
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
    if (flags.json) {
      const told = { ...describe(manifest, out, seconds), ...describeGraphs(graphs, flags) };
      report.result(JSON.stringify(told, undefined, 2));
    } else {
      summarise(manifest, out, seconds, report);
      showGraphs(graphs, flags, report);
    }
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}

/** A target that nobody knows is wrong use of the command line, as any other option's value that is not known. */
function chosenTarget(name: string, { targets }: Extensions): CompilerTarget {
  try {
    return targetOf(name, targets);
  } catch (error) {
    throw error instanceof UserError ? new WrongUse(error.message) : error;
  }
}
