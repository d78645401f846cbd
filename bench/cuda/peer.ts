import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';

const SCRIPT = fileURLToPath(new URL('pytorch.py', import.meta.url));

const greeting = z.strictObject({ version: z.string(), device: z.string() });
const reply = z.union([z.strictObject({ value: z.number() }), z.strictObject({ problem: z.string() })]);

/** What `pytorch.py` can be asked, with its sizes. */
export type PeerRequest = { readonly do: 'load' | 'decode' | 'prefill' | 'vision' | 'train' } & Readonly<
  Record<string, unknown>
>;

/** PyTorch, in a process of its own, asked one thing after another. */
export class Peer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #end: Promise<string>;
  readonly version: string;
  readonly device: string;

  private constructor(
    child: ChildProcess,
    lines: AsyncIterator<string>,
    end: Promise<string>,
    { version, device }: z.infer<typeof greeting>,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.#end = end;
    this.version = version;
    this.device = device;
  }

  /**
   * Starts Python.
   *
   * @param device `cuda` or `cpu`
   * @throws UserError where it has no PyTorch, or PyTorch has no such device
   */
  static async open(python: string, device: string): Promise<Peer> {
    const child = spawn(python, [SCRIPT, device], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    const end = new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('close', (code) => resolve(said.trim().split('\n').at(-1) ?? `exit code ${code}`));
    });
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new UserError(`${python} does not run PyTorch on ${device} (${await end}).`);
    return new Peer(child, lines, end, greeting.parse(JSON.parse(first.value)));
  }

  /** @throws UserError with what PyTorch said */
  async ask(request: PeerRequest): Promise<number> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new UserError(`PyTorch ended at '${request.do}' (${await this.#end}).`);
    const given = reply.parse(JSON.parse(line.value));
    if ('problem' in given) throw new UserError(`PyTorch cannot do '${request.do}' (${given.problem}).`);
    return given.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await this.#end;
  }
}
