import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveFolders } from '../../../cli/playground/serve-folders.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe("the playground's server", () => {
  let folder = '';
  let server: Server;
  let url = '';

  const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    new Promise<Answer>((resolve, reject) => {
      const asked = request(url, { path, headers, method, agent: false }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (piece: string) => {
            text += piece;
          })
          .on('error', reject)
          .on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      asked.on('error', reject).end();
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flamingo-served-'));
    for (const name of ['page', 'model', 'model/.git']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'secret.txt'), 'not for the page');
    await writeFile(join(folder, 'page/index.html'), '<title>page</title>');
    await writeFile(join(folder, 'page/empty.js'), '');
    await writeFile(join(folder, 'model/ünder 100%.json'), '{"a":1}');
    await writeFile(join(folder, 'model/.git/config'), 'hidden');
    ({ server, url } = await serveFolders(
      { '/': join(folder, 'page'), '/models/mine/': join(folder, 'model') },
      { port: 0 },
    ));
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers with whole files, whichever part of one is asked for', async () => {
    const page = await ask('/');
    assert.equal(page.text, '<title>page</title>');
    assert.equal(page.headers['content-type'], 'text/html;charset=utf-8');
    for (const range of ['bytes=5-2', 'bytes=-5', 'bytes=0-1,3-4', 'bytes=99999-', 'lines=1-2', 'bytes=x-y'])
      assert.deepEqual(
        [(await ask('/', { range })).status, (await ask('/', { range })).text],
        [200, page.text],
      );
    const file = await ask('/models/mine/%C3%BCnder%20100%25.json?v=1');
    assert.deepEqual(
      [file.status, file.headers['content-type'], file.text],
      [200, 'application/json', '{"a":1}'],
    );
    assert.deepEqual([(await ask('/empty.js')).status, (await ask('/empty.js')).text], [200, '']);
  });

  it('answers HEAD without the file, and refuses to be written to', async () => {
    const { status, headers, text } = await ask('/', {}, 'HEAD');
    assert.deepEqual([status, headers['content-length'], text], [200, '19', '']);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await ask('/', {}, method);
      assert.deepEqual([refused.status, refused.headers.allow], [405, 'GET, HEAD']);
    }
  });

  it('gives nothing from beside its folders, nothing hidden, and no folder', async () => {
    for (const path of [
      '/../secret.txt',
      '/models/mine/../../../secret.txt',
      '/models/mine/..%2f..%2fsecret.txt',
      '/models/mine/..%5c..%5csecret.txt',
      '/models/mine/%2e%2e/%2e%2e/secret.txt',
      '/models/mine/.git/config',
      '/models/mine/.git',
      '/models/mine',
      '/models/mine/',
      '/models/mine/a%00b',
      '/%ff%fe',
      '/%',
      `/${'a'.repeat(5000)}`,
      '/index.html/x',
    ]) {
      const { status, text } = await ask(path);
      assert.deepEqual([status, text], [404, 'There is no such file.'], path);
    }
  });

  it('is not read by a page of a name that leads here', async () => {
    const { port } = new URL(url);
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', '[::1]:80', '192.168.0.7:8765', ''])
      assert.equal((await ask('/', { host })).status, 200, host);
    for (const host of ['rebound.example', `rebound.example:${port}`, 'localhost.rebound.example', 'a b']) {
      const { status, text } = await ask('/', { host });
      assert.equal(status, 403, host);
      assert.match(text, /^This site is served .* as localhost .*\.$/);
    }
  });

  it('says that a file may not be read (skipped for root, who may read all)', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) return this.skip();
    await writeFile(join(folder, 'model/locked.bin'), 'x', { mode: 0o000 });
    const { status, text } = await ask('/models/mine/locked.bin');
    assert.deepEqual([status, text], [500, 'locked.bin may not be opened: permission denied.']);
    assert.equal((await ask('/')).status, 200);
  });

  it('goes on when a file shrinks on its way or is a pipe without a writer', async function () {
    await writeFile(join(folder, 'model/long.bin'), '');
    await truncate(join(folder, 'model/long.bin'), 50e6);
    const shrinks = new Promise<string>((resolve) => {
      request(new URL('/models/mine/long.bin', url), { agent: false }, (response) => {
        void truncate(join(folder, 'model/long.bin'), 10).then(() => {
          response
            .on('error', ({ message }) => resolve(message))
            .on('end', () => resolve('a whole answer'))
            .resume();
        });
      }).end();
    });
    assert.equal(await shrinks, 'aborted');
    if (process.platform === 'win32') return this.skip();
    execFileSync('mkfifo', [join(folder, 'model/pipe')]);
    assert.equal((await ask('/models/mine/pipe')).status, 404);
    assert.equal((await ask('/')).status, 200);
  });
});
