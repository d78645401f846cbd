import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { isOlder } from '../doctor/cuda-findings.ts';
import { type RemoteFile, request } from './download.ts';

/** Python's registry, by PEP 691. */
export const PYTHON_INDEX = 'https://pypi.org/simple';

const projectSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.object({ sha256: z.string().optional() }),
      yanked: z.union([z.boolean(), z.string()]).optional(),
    }),
  ),
});

export interface Wheel extends RemoteFile {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
}

/** `NAME-VERSION-PYTHON-ABI-PLATFORM.whl`; of Linux x64, and of released versions alone. */
const WHEEL = /^([^-]+)-(\d+(?:\.\d+)*(?:\.post\d+)?)-[^-]+-[^-]+-(manylinux[^-]*_x86_64[^-]*)\.whl$/;

/**
 * The newest wheel for Linux x64 of a package among the versions that fit.
 *
 * @param index the registry's address
 * @throws UserError where the registry cannot be reached, or has none
 */
export async function findWheel(
  index: string,
  name: string,
  fits: (version: string) => boolean,
  signal: AbortSignal,
): Promise<Wheel> {
  const address = `${index.replace(/\/$/, '')}/${name}/`;
  const response = await request(address, 'application/vnd.pypi.simple.v1+json', signal);
  const parsed = projectSchema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) {
    throw new UserError(
      `${address} does not list its files as JSON (PEP 691): name a registry of Python's that does with --index.`,
    );
  }
  let newest: Wheel | undefined;
  for (const { filename, url, hashes, yanked = false } of parsed.data.files) {
    const version = WHEEL.exec(filename)?.[2];
    if (version === undefined || hashes.sha256 === undefined || yanked !== false || !fits(version)) continue;
    if (newest !== undefined && !isOlder(newest.version, version)) continue;
    newest = {
      ...{ name, version, filename },
      url: new URL(url, response.url).href,
      hash: { algorithm: 'sha256', digest: hashes.sha256 },
    };
  }
  if (newest !== undefined) return newest;
  throw new UserError(`${address} has no wheel for Linux x64 of a version that fits.`);
}
