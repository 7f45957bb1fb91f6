// `jepa fetch` against a local server. Needs `npm run build` first, which `npm test` does.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN, type Ended, startCommand } from '../experiment/started.law.ts';

const CONTENT = 'PAR1 not much, but of the right kind PAR1';

const dir = mkdtempSync(join(tmpdir(), 'jepa-fetch-'));
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT);
});
let endpoint = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  server.close();
});

function jepa(...args: string[]): Promise<Ended> {
  const env = { ...process.env, HF_ENDPOINT: endpoint, JEPA_CACHE: join(dir, 'cache') };
  return startCommand([process.execPath, BIN, ...args], { env }).ended;
}

test('fetch puts the files into the cache folder and says where they are', async () => {
  const { code, out } = await jepa('fetch', 'cifar10', '--json');
  expect(code).toBe(0);
  const files: { path: string; present: boolean }[] = JSON.parse(out).files;
  expect(files.map(({ present }) => present)).toEqual([false, false]);
  expect(files[0]!.path).toBe(join(dir, 'cache', 'cifar10', 'train-00000-of-00001.parquet'));
  expect(readFileSync(files[0]!.path, 'utf8')).toBe(CONTENT);
  expect((await jepa('fetch', 'cifar10')).out).toMatch(/there .*train-00000.*\nthere .*test-00000/);
});

test('an unknown dataset is a mistake, a missing connection a failure that says what to do', async () => {
  expect(await jepa('fetch', 'cifar1')).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean 'cifar10'"),
  });
  await new Promise((resolve) => server.close(resolve));
  const offline = await jepa('fetch', 'cifar10', '--out', join(dir, 'other'));
  expect(offline).toMatchObject({ code: 1, err: expect.stringContaining('check the connection and run again') });
  expect(offline.err).not.toMatch(/\n\s+at /);
});
