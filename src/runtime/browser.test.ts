// The same training step in Node and in a browser tab, through onnxruntime-web.

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as autodiff from '../autodiff/index.ts';
import * as compile from '../compile/index.ts';
import * as tensor from '../tensor/index.ts';
import { defaultRuntime } from './index.ts';
import { trainingStep } from './training-step.law.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((f) =>
  existsSync(f),
);
const BUILT = existsSync(join(ROOT, 'dist/src/compile/index.js'));
const why = CHROMIUM === undefined ? 'no chromium in /usr/bin' : BUILT ? undefined : 'dist/ is missing: npm run build';
if (why !== undefined) console.warn(`browser tests are skipped: ${why}`);

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
const PAGE = `<!doctype html><script type="module">
import * as ort from '/node_modules/onnxruntime-web/dist/ort.all.min.mjs';
ort.env.wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';
ort.env.wasm.numThreads = 1;
const room = (name) => import('/dist/src/' + name + '/index.js');
window.rooms = { autodiff: await room('autodiff'), compile: await room('compile'), tensor: await room('tensor') };
window.runtimeOf = async (device) => (await room('runtime')).webRuntime(ort, device);
window.ready = true;
</script>`;

let server: Server;
let browser: Browser;

beforeAll(async () => {
  if (why !== undefined) return;
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, 'http://localhost').pathname);
    if (path === '/') {
      response.setHeader('content-type', 'text/html').end(PAGE);
      return;
    }
    const file = join(ROOT, path);
    if (!/^\/(dist|node_modules\/onnxruntime-(web|common))\//.test(path) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream').end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  browser = await chromium.launch({
    executablePath: CHROMIUM!,
    args: [
      ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
      ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
    ],
  });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function inBrowser(device: 'wasm' | 'webgpu'): Promise<Record<string, number[]> | string> {
  const page = await browser.newPage();
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.ready === true');
    if (
      device === 'webgpu' &&
      !(await page.evaluate('navigator.gpu?.requestAdapter().then((a) => a !== null) ?? false'))
    )
      return 'this chromium offers no WebGPU adapter';
    return await page.evaluate(
      `window.runtimeOf('${device}').then((r) => (${trainingStep.toString()})(window.rooms, r))`,
    );
  } finally {
    await page.close();
  }
}

async function compare(device: 'wasm' | 'webgpu', skip: (reason: string) => void, tolerance: number): Promise<void> {
  const there = await inBrowser(device);
  if (typeof there === 'string') {
    console.warn(`${device} is not tested: ${there}`);
    skip(there);
    return;
  }
  const here = await trainingStep({ autodiff, compile, tensor }, defaultRuntime());
  expect(Object.keys(there)).toEqual(Object.keys(here));
  for (const name in here) {
    const scale = Math.max(1e-3, ...here[name]!.map(Math.abs));
    const worst = Math.max(...here[name]!.map((v, i) => Math.abs(v - there[name]![i]!)));
    expect(worst / scale, name).toBeLessThan(tolerance);
  }
}

test.skipIf(why !== undefined)('WASM in a browser computes the training step of Node', ({ skip }) =>
  compare('wasm', skip, 1e-5),
);

test.skipIf(why !== undefined)('WebGPU in a browser computes the training step of Node', ({ skip }) =>
  compare('webgpu', skip, 1e-4),
);
