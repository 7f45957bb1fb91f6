// `fetchCheckpoint` against a stand-in of the hub on this machine: files of a repository, with and without a login.

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { f32Tensor } from './formats/dtype.ts';
import { writeSafetensors } from './formats/safetensors-file.ts';
import { fetchCheckpoint } from './hub.ts';

let dir = '';
let base = '';
let server: Server;
/** Files of org/model on the hub. */
let files: Record<string, string | Buffer> = {};
/** The token that the hub asks for, if any. */
let gate: string | undefined;
let tokens: (string | undefined)[] = [];

const weights = (name: string, value: number): Buffer => {
  const path = join(dir, 'made.safetensors');
  writeSafetensors(path, [[name, f32Tensor([2], Float32Array.of(value, 1))]]);
  const bytes = readFileSync(path);
  rmSync(path);
  return bytes;
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-hub-'));
  [files, gate, tokens] = [{}, undefined, []];
  server = createServer((request, response) => {
    const { url = '', method, headers } = request;
    tokens.push(headers.authorization);
    if (gate !== undefined && headers.authorization !== `Bearer ${gate}`) {
      response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end();
      return;
    }
    const content = files[url.replace('/org/model/resolve/main/', '')];
    if (content === undefined) {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
      return;
    }
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    const linked = url.endsWith('.safetensors') ? { 'x-linked-etag': etag } : {};
    response.writeHead(200, { 'content-length': Buffer.byteLength(content), etag, ...linked });
    response.end(method === 'HEAD' ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(async () => {
  rmSync(dir, { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  delete process.env.HF_TOKEN;
});

const to = (name: string): string => join(dir, name);
const get = (name: string) => fetchCheckpoint('org/model', { dir: to(name), endpoint: base });

test('a checkpoint is fetched by its name: configuration, preparation of images, weights', async () => {
  files = {
    'config.json': '{"a":1}',
    'preprocessor_config.json': '{"image_mean":0.5}',
    'model.safetensors': weights('w', 3),
  };
  const fetched = await get('model');
  expect(fetched.map(({ path, present }) => [path, present])).toEqual(
    ['config.json', 'preprocessor_config.json', 'model.safetensors'].map((file) => [join(to('model'), file), false]),
  );
  for (const { path, bytes } of fetched) expect(readFileSync(path).length).toBe(bytes);
  tokens = [];
  expect((await get('model')).every(({ present }) => present)).toBe(true);
  expect(tokens).toEqual([]);
});

test('a folder that was fetched without the preparation of images gets it the next time', async () => {
  files = { 'config.json': '{}', 'model.safetensors': weights('w', 3) };
  expect((await get('model')).length).toBe(2);
  files['preprocessor_config.json'] = '{}';
  expect((await get('model')).map(({ present }) => present)).toEqual([true, false, true]);
});

test('a checkpoint in shards is fetched as its index lists it', async () => {
  const map = {
    w: 'model-00002-of-00002.safetensors',
    v: 'model-00001-of-00002.safetensors',
    u: 'model-00001-of-00002.safetensors',
  };
  files = {
    'config.json': '{}',
    'model.safetensors.index.json': JSON.stringify({ weight_map: map }),
    'model-00001-of-00002.safetensors': weights('v', 1),
    'model-00002-of-00002.safetensors': weights('w', 2),
  };
  await get('model');
  expect(readdirSync(to('model')).sort()).toEqual(Object.keys(files).sort());
  files['model.safetensors.index.json'] = JSON.stringify({ weight_map: { w: '../../outside.safetensors' } });
  await expect(get('hostile')).rejects.toThrow(/must list its shards as weight_map/);
});

test('a repository without safetensors, without the file, or a name that is none, says what to do', async () => {
  files = { 'config.json': '{}', 'pytorch_model.bin': 'x' };
  await expect(get('model')).rejects.toThrow(/must have model.safetensors, or .*it has neither; .*convert its weights/);
  files = {};
  await expect(get('other')).rejects.toThrow(/config.json failed: the server answered 404 .*has no such file/);
  for (const name of ['../up', 'model', 'a/b/c', 'org/..'])
    await expect(fetchCheckpoint(name, { dir, endpoint: base })).rejects.toThrow(`organisation/model, got '${name}'`);
});

test('HF_TOKEN opens what asks for a login; without it, or with a wrong one, the error says which', async () => {
  files = { 'config.json': '{}', 'model.safetensors': weights('w', 3) };
  gate = 'hf_right';
  await expect(get('model')).rejects.toThrow(/a login is needed: set HF_TOKEN/);
  process.env.HF_TOKEN = 'hf_wrong';
  await expect(get('model')).rejects.toThrow(/the token in HF_TOKEN is not valid/);
  process.env.HF_TOKEN = 'hf_right\n';
  expect((await get('model')).length).toBe(2);
});

test('what is no JSON, or no safetensors, is not kept under that name', async () => {
  const good = { 'config.json': '{}', 'model.safetensors': weights('w', 3) };
  const cases: [string, string, RegExp][] = [
    ['config.json', 'Invalid username or password.', /config.json: what came is not the file, it is no JSON/],
    ['config.json', '[]', /it is no JSON object/],
    ['model.safetensors', '<html>404</html>', /it is an HTML page/],
    ['model.safetensors', 'PK and so on, not weights', /it is no safetensors file/],
    ['model.safetensors', '', /it is no safetensors file/],
  ];
  for (const [file, content, message] of cases) {
    files = { ...good, [file]: content };
    await expect(get('model')).rejects.toThrow(message);
    expect(readdirSync(to('model'))).not.toContain(file);
    rmSync(to('model'), { recursive: true });
  }
});

test('a configuration longer than any is refused before it is taken', async () => {
  process.env.JEPA_READ_LIMITS = 'jsonBytes=100';
  try {
    files = { 'config.json': JSON.stringify({ a: 'x'.repeat(200) }) };
    await expect(get('model')).rejects.toThrow(/announced with 208 bytes, at most 100 are taken/);
  } finally {
    delete process.env.JEPA_READ_LIMITS;
  }
  writeFileSync(join(dir, 'x'), '');
});
