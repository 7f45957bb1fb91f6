// Against a local server that behaves like the hub: a redirection with the content hash, ranges, and failures on demand.

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { download } from './download.ts';
import { fetchCheckpoint } from './hub.ts';
import { fetchCifar10 } from './images/cifar10.ts';

const CONTENT = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(200_000, 'content'), Buffer.from('PAR1')]);
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

let dir = '';
let server: Server;
let base = '';
let hash = SHA256;
let breakAfter = Number.POSITIVE_INFINITY;
let ranges = true;
let requests: string[] = [];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '', headers } = request;
  requests.push(`${method} ${headers.range ?? ''}`.trim());
  if (url.startsWith('/datasets/') || url.startsWith('/org/model/resolve/main/') || url === '/hub') {
    const linked = { 'x-linked-etag': `"${hash}"`, 'x-linked-size': CONTENT.length, location: '/blob' };
    response.writeHead(302, linked).end();
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
    response.write(body.subarray(0, breakAfter), () => response.destroy());
  } else response.end(body);
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-download-'));
  [hash, breakAfter, ranges, requests] = [SHA256, Number.POSITIVE_INFINITY, true, []];
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

test('a checkpoint is fetched by its name: configuration and weights', async () => {
  const files = await fetchCheckpoint('org/model', { dir: join(dir, 'model'), endpoint: base });
  expect(files.map(({ path }) => path)).toEqual(
    ['config.json', 'model.safetensors'].map((file) => join(dir, 'model', file)),
  );
  expect(readFileSync(files[1]!.path)).toEqual(CONTENT);
  await expect(fetchCheckpoint('org/other', { dir, endpoint: base })).rejects.toThrow(/the server answered 404/);
  await expect(fetchCheckpoint('../up', { dir, endpoint: base })).rejects.toThrow(/got '\.\.\/up'/);
  await expect(fetchCheckpoint('model', { dir, endpoint: base })).rejects.toThrow(/organisation\/model, got 'model'/);
});
