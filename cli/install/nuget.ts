import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { type RemoteFile, request } from './download.ts';

/** .NET's registry, where ONNX Runtime's library for CUDA 12 is. */
const NUGET_INDEX = 'https://api.nuget.org/v3/index.json';

const PACKAGE = 'microsoft.ml.onnxruntime.gpu.linux';

const indexSchema = z.object({
  resources: z.array(z.object({ '@id': z.string(), '@type': z.string() })),
});
const leafSchema = z.object({ catalogEntry: z.string(), packageContent: z.string() });
const entrySchema = z.object({ packageHash: z.string(), packageHashAlgorithm: z.literal('SHA512') });

/**
 * ONNX Runtime's package for CUDA on Linux, as onnxruntime-node's own script names it, with its checksum.
 *
 * @throws UserError where the registry cannot be reached, or has not that version
 */
export async function findNugetPackage(
  version: string,
  signal: AbortSignal,
  index = NUGET_INDEX,
): Promise<RemoteFile> {
  const read = async <T>(url: string, schema: z.ZodType<T>): Promise<T> => {
    const response = await request(url, 'application/json', signal);
    const parsed = schema.safeParse(await response.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw new UserError(`${url} does not answer as a registry of NuGet does.`);
  };
  const { resources } = await read(index, indexSchema);
  const registrations = resources.find((each) => each['@type'].startsWith('RegistrationsBaseUrl'))?.['@id'];
  if (registrations === undefined) throw new UserError(`${index} names no registrations of packages.`);
  const leaf = await read(new URL(`${PACKAGE}/${version}.json`, withSlash(registrations)).href, leafSchema);
  const { packageHash } = await read(leaf.catalogEntry, entrySchema);
  return {
    url: leaf.packageContent,
    hash: { algorithm: 'sha512', digest: Buffer.from(packageHash, 'base64').toString('hex') },
  };
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
