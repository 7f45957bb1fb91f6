// Against a local server that behaves like the hub: a redirection with the content hash, ranges, and failures on demand.

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchCifar10 } from '../images/cifar10.ts';
import { download } from './download.ts';

const CONTENT = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(200_000, 'content'), Buffer.from('PAR1')]);
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

let dir = '';
let server: Server;
let base = '';
let hash = SHA256;
let breakAfter = Number.POSITIVE_INFINITY;
let ranges = true;
let requests: string[] = [];
/** Answers for single addresses. */
let own: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '', headers } = request;
  requests.push(`${method} ${headers.range ?? ''}`.trim());
  if (url.startsWith('/datasets/') || url === '/hub') {
    const linked = { 'x-linked-etag': `"${hash}"`, 'x-linked-size': CONTENT.length, location: '/blob' };
    response.writeHead(302, linked).end();
    return;
  }
  if (own[url] !== undefined) {
    own[url](response, request);
    return;
  }
  if (url !== '/blob') {
    response.writeHead(404).end();
    return;
  }
  const from = ranges && headers.range !== undefined ? Number(/bytes=(\d+)-/.exec(headers.range)![1]) : 0;
  const body = CONTENT.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` } : {}),
  });
  if (method === 'HEAD') {
    response.end();
  } else if (body.length > breakAfter) {
    response.write(body.subarray(0, breakAfter));
    // A stream that breaks drops what nobody has read yet: wait until something of it is on the disk.
    const look = setInterval(() => {
      if (!readdirSync(dir).some((name) => statSync(join(dir, name)).size > from)) return;
      clearInterval(look);
      response.destroy();
    }, 5);
  } else response.end(body);
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-download-'));
  [hash, breakAfter, ranges, requests, own] = [SHA256, Number.POSITIVE_INFINITY, true, [], {}];
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(async () => {
  rmSync(dir, { recursive: true, force: true });
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
});

test('both files of CIFAR-10 are downloaded, and kept the next time', async () => {
  const seen = new Map<string, number>();
  const first = await fetchCifar10({ dir, endpoint: base, onProgress: (file, bytes) => seen.set(file, bytes) });
  expect(first.map(({ path, bytes, present }) => [readFileSync(path).equals(CONTENT), bytes, present])).toEqual([
    [true, CONTENT.length, false],
    [true, CONTENT.length, false],
  ]);
  expect([...seen.values()]).toEqual([CONTENT.length, CONTENT.length]);
  expect(readdirSync(dir).sort()).toEqual(['test-00000-of-00001.parquet', 'train-00000-of-00001.parquet']);
  requests = [];
  const again = await fetchCifar10({ dir, endpoint: base });
  expect([again.every(({ present }) => present), requests]).toEqual([true, []]);
});

test('a download that broke off continues where it stopped', async () => {
  breakAfter = 70_000;
  const path = join(dir, 'a.parquet');
  await expect(download(`${base}/hub`, path)).rejects.toThrow(/broke after \d+ bytes.*run again \(it continues\)/);
  expect(existsSync(path)).toBe(false);
  breakAfter = Number.POSITIVE_INFINITY;
  requests = [];
  await download(`${base}/hub`, path);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
  expect(requests.at(-1)).toMatch(/^GET bytes=[1-9]\d*-$/);
});

test('a server without ranges sends everything again', async () => {
  breakAfter = 70_000;
  const path = join(dir, 'a.parquet');
  await expect(download(`${base}/hub`, path)).rejects.toMatchObject({ code: 'io' });
  [breakAfter, ranges] = [Number.POSITIVE_INFINITY, false];
  await download(`${base}/hub`, path);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test('content with another hash, or of another kind, is refused and not kept', async () => {
  const path = join(dir, 'a.parquet');
  hash = '0'.repeat(64);
  await expect(download(`${base}/hub`, path)).rejects.toThrow(/its SHA-256 is .* instead of 0000/);
  await expect(download(`${base}/blob`, path, { magic: '<htm' })).rejects.toThrow(/does not begin and end with <htm/);
  expect(readdirSync(dir)).toEqual([]);
});

test('without a connection, or the file, the error says what to do', async () => {
  const path = join(dir, 'a.parquet');
  await expect(download(`${base}/missing`, path)).rejects.toThrow(/the server answered 404/);
  await new Promise((resolve) => server.close(resolve));
  await expect(download(`${base}/hub`, path)).rejects.toThrow(/ECONNREFUSED.*check the connection.*--data PATH/);
});

test('an existing file is left alone', async () => {
  const path = join(dir, 'a.parquet');
  writeFileSync(path, 'mine');
  expect(await download('http://127.0.0.1:9/x', path)).toEqual({ bytes: 4, present: true });
});

test('an aborted download stops and can be continued', async () => {
  const path = join(dir, 'a.parquet');
  const controller = new AbortController();
  const onProgress = (): void => controller.abort(new Error('enough'));
  await expect(download(`${base}/hub`, path, { signal: controller.signal, onProgress })).rejects.toThrow(/enough/);
  await download(`${base}/hub`, path);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test('not a byte more than announced is taken, wherever the length was announced', async () => {
  const path = join(dir, 'config.json');
  let sent = 0;
  const flood = (response: ServerResponse): void => {
    const more = (): void => {
      while (!response.destroyed && sent < 2 ** 30) {
        sent += 2 ** 20;
        if (!response.write(Buffer.alloc(2 ** 20))) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  };
  own['/flood'] = (response, { method }) => {
    if (method === 'HEAD') response.writeHead(200, { 'content-length': 18, etag: '"x"' }).end();
    else flood(response.writeHead(200)); // chunked
  };
  await expect(download(`${base}/flood`, path)).rejects.toThrow(/more than the 18 bytes that were announced come/);
  expect(sent).toBeLessThan(2 ** 26);
  expect(readdirSync(dir)).toEqual([]);
  own['/silent'] = (response, { method }) => {
    if (method === 'HEAD') response.writeHead(200).end();
    else flood(response.writeHead(200));
  };
  await expect(download(`${base}/silent`, path)).rejects.toThrow(/does not say how long the file is/);
  sent = 0;
  await expect(download(`${base}/silent`, path, { most: 1000 })).rejects.toThrow(/more than the 1000 bytes/);
  expect(sent).toBeLessThan(2 ** 26);
  await expect(download(`${base}/hub`, path, { most: 1000 })).rejects.toThrow(/at most 1000 are taken/);
  expect(readdirSync(dir)).toEqual([]);
});

test('a file without content is a file', async () => {
  own['/empty'] = (response) => response.writeHead(200, { 'content-length': 0, etag: '"e"' }).end();
  expect(await download(`${base}/empty`, join(dir, 'empty'))).toEqual({ bytes: 0, present: false });
});

test('an HTML page and a Git LFS pointer are not kept as a file, whatever the server calls them', async () => {
  const path = join(dir, 'model.safetensors');
  const page = '<!DOCTYPE html><html>Sign in</html>';
  own['/page'] = (response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  await expect(download(`${base}/page`, path)).rejects.toThrow(/it is an HTML page .*sign-in.*HF_ENDPOINT/);
  own['/plain'] = (response) => response.writeHead(200, { 'content-length': page.length }).end(page);
  await expect(download(`${base}/plain`, path)).rejects.toThrow(/what came is not the file, it is an HTML page/);
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n';
  own['/pointer'] = (response) => response.writeHead(200, { 'content-length': pointer.length }).end(pointer);
  await expect(download(`${base}/pointer`, path)).rejects.toThrow(/it is a Git LFS pointer/);
  expect(readdirSync(dir)).toEqual([]);
});

test('each refusal has its own reason and remedy', async () => {
  const said = async (status: number, options = {}, headers = {}): Promise<string> => {
    own['/org/m/resolve/main/x'] = (response) => response.writeHead(status, headers).end();
    return download(`${base}/org/m/resolve/main/x`, join(dir, 'x'), options).then(
      () => 'nothing',
      ({ message, details }) => {
        expect(details.status).toBe(status);
        return message;
      },
    );
  };
  const token = { token: 'hf_x' };
  expect(await said(401)).toMatch(/answered 401 .*a login is needed: set HF_TOKEN.*check '/);
  expect(await said(401, token)).toMatch(/the token in HF_TOKEN is not valid/);
  expect(await said(403)).toMatch(/accept the licence on http:.*\/org\/m, then set HF_TOKEN/);
  expect(await said(403, token)).toMatch(/the account of HF_TOKEN has no access.*\/org\/m/);
  expect(await said(404)).toMatch(/no such file or repository: check the name/);
  expect(await said(404, {}, { 'x-error-code': 'EntryNotFound' })).toMatch(
    /the repository has no such file: see .*\/org\/m/,
  );
  expect(await said(429)).toMatch(/too many requests/);
  expect(await said(503, {}, { 'x-error-message': 'closed for cleaning' })).toMatch(
    /"closed for cleaning".*in trouble/,
  );
});

test('a token goes to the host of the address and to no other, and never over plain http to another machine', async () => {
  const heard: (string | undefined)[] = [];
  const elsewhere = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.writeHead(200, { 'content-length': 2, etag: '"a"' }).end(request.method === 'HEAD' ? undefined : 'ok');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const address = elsewhere.address();
  const location = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/file`;
  const here: (string | undefined)[] = [];
  own['/gated'] = (response, request) => {
    here.push(request.headers.authorization);
    response.writeHead(302, { location }).end();
  };
  await download(`${base}/gated`, join(dir, 'gated'), { token: 'hf_secret' });
  elsewhere.close();
  expect([here, heard]).toEqual([
    ['Bearer hf_secret', 'Bearer hf_secret'],
    [undefined, undefined],
  ]);
  await expect(download('http://hub.example/x', join(dir, 'x'), { token: 'hf_secret' })).rejects.toThrow(
    /over https only/,
  );
});

test('the part of another version is removed, and a part without a version is not continued', async () => {
  const path = join(dir, 'a.parquet');
  writeFileSync(`${path}.part-000000000000`, 'old');
  await download(`${base}/hub`, path);
  expect(readdirSync(dir)).toEqual(['a.parquet']);
  breakAfter = 70_000;
  const other = join(dir, 'b.parquet');
  await expect(download(`${base}/blob`, other)).rejects.toThrow(/broke after/); // no etag
  breakAfter = Number.POSITIVE_INFINITY;
  requests = [];
  await download(`${base}/blob`, other);
  expect([requests, readFileSync(other).equals(CONTENT)]).toEqual([['HEAD', 'GET'], true]);
});

test('a check of the content is asked before the file gets its name', async () => {
  const path = join(dir, 'a.parquet');
  await expect(download(`${base}/hub`, path, { check: () => 'it is no poem' })).rejects.toThrow(/it is no poem/);
  expect(readdirSync(dir)).toEqual([]);
});

test.each(['http://', 'file:///etc/passwd', 'javascript:0'])(
  'a redirection to %s is refused in words',
  async (location) => {
    own['/away'] = (response) => void response.writeHead(302, { location }).end();
    await expect(download(`${base}/away`, join(dir, 'a'))).rejects.toMatchObject({ name: 'JepaError', code: 'io' });
    expect(readdirSync(dir)).toEqual([]);
  },
);
