import { PYTHON_PACKAGES, TRITON_IMAGE } from './triton-image.ts';

/** What a repository's README is about. */
export interface RepositoryFacts {
  readonly name: string;
  readonly models: readonly string[];
  /** Whether the graphs ask for a GPU. */
  readonly isCuda: boolean;
  /** Whether it answers prompts, or is driven token by token. */
  readonly answers: boolean;
  /** Whether the graph of whole answers sees pictures itself. */
  readonly readsPixels: boolean;
}

/** The README of a repository: what is in it, and the commands that start it and ask it. */
export function repositoryReadme({ name, models, isCuda, answers, readsPixels }: RepositoryFacts): string {
  const gpus = isCuda ? '--gpus all ' : '';
  const start = [
    `docker run --rm ${gpus}--shm-size=1g -p 8000:8000 -p 8001:8001 -v "$PWD/models:/models" \\`,
    `  ${TRITON_IMAGE} \\`,
    answers
      ? `  sh -c 'pip install ${PYTHON_PACKAGES} && tritonserver --model-repository=/models'`
      : '  tritonserver --model-repository=/models',
  ].join('\n');
  return `# ${name}, for NVIDIA Triton

Written by flamingo-onnx. \`models/\` is a model repository of Triton's ONNX Runtime backend: ${models.map((each) => `\`${each}\``).join(', ')}. This starts it:

\`\`\`sh
${start}
\`\`\`

The graphs have operators of ONNX's version 24, which Triton reads since its release 26.02 (ONNX Runtime 1.24).
${answers ? asking(readsPixels) : STAGES}
\`inference-service.yaml\` serves the same by KServe, from where its \`storageUri\` says that \`models/\` lies${answers ? ', in the image that `docker build` makes of the `Dockerfile` and that you name in it' : ''}.
`;
}

const asking = (readsPixels: boolean) => `
And this asks it, from another place too (\`npx tsx client.ts\` does the same; both speak KServe's v2 protocol):

\`\`\`sh
python client.py http://localhost:8000 --shot cat.jpg "Output:a cat." --image dog.jpg --text "Output:"
\`\`\`

The last model takes \`texts\` (each example's, answer included, and last what the answer goes on from), \`images\` (files), and \`images_of_text\`
(how many pictures each text has, default 1). \`max_new_tokens\` (32), \`temperature\` (0: the likeliest), \`top_k\`, \`top_p\` and \`seed\` choose the answer.
Who asks often about the same examples keeps what is computed of them: the outputs \`kept_tokens\`, \`kept_key.*\`, \`kept_value.*\`${readsPixels ? '' : ' and `picture.*`'}
of a request that ends with the examples go into the next one as inputs, with the same \`texts\` before the question's. Their pictures
${readsPixels ? 'are sent again, since the graph sees them itself: `flamingo export triton` without `--from-pixels` keeps them too' : 'are not sent again'}. Pictures are read by Pillow; a seed draws other tokens than in Node.
`;

const STAGES = `
The language graph is cut into stages, each on a device of its own; the ensemble \`…-language\` runs them one after another, for one token or for many.
Whoever drives it keeps the cache: \`new_key.*\` and \`new_value.*\` go behind \`past_key.*\` and \`past_value.*\` of the next request.
`;
