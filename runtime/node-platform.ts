import { totalmem } from 'node:os';
import { withArtifact } from './artifact/artifact.ts';
import { LinkedWeights } from './artifact/linked-weights.ts';
import { requireLanguage } from './artifact/manifest-text.ts';
import { filePictures } from './images/file-pictures.ts';
import type { Platform } from './platform.ts';
import { openWhenNeeded } from './session/open-when-needed.ts';
import type { OpenOptions } from './session.ts';
import { fileTasks } from './task-store.ts';
import { loadTokenizer } from './tokenizer.ts';

/** Node: artifacts and pictures are files. */
export const nodePlatform = nodePlatformWith();

/** @param openBeside opens a graph in another thread; left out where there is none */
export function nodePlatformWith(openBeside?: typeof openWhenNeeded): Platform {
  return {
    withModel: (directory, options, use, discard) =>
      withArtifact(
        directory,
        options,
        async (artifact) => {
          const manifest = requireLanguage(artifact);
          return use({
            manifest,
            loadTokenizer: () => loadTokenizer(artifact.path('tokenizer.json'), manifest.language.tokens),
            openGraph: (name, session) => openWhenNeeded(artifact, name, computing(session)),
            openBeside: openBeside && ((name, session) => openBeside(artifact, name, computing(session))),
            holdWeights: () => LinkedWeights.open(artifact),
          });
        },
        discard,
      ),
    pictures: filePictures,
    tasks: fileTasks,
    async importModule(address) {
      // TypeScript is read by tsx, where that is installed.
      if (/\.[cm]?ts$/.test(address)) {
        const { register } = await import('tsx/esm/api');
        register();
      }
      return import(address);
    },
    get memory() {
      // 0 where nothing limits the process; other runtimes than Node need not have it
      const limit = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
      return Math.min(totalmem(), limit);
    },
  };
}

/** What opens graphs does nothing but compute: a thread of the model's own, or a command's. */
function computing(options: OpenOptions): OpenOptions {
  return { ...options, denormalsAreZero: true };
}
