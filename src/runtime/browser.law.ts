// Test support: a headless Chromium with a page that holds the built rooms, served from 127.0.0.1.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import type { WebDevice } from './index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((f) =>
  existsSync(f),
);
const BUILT = existsSync(join(ROOT, 'dist/src/compile/index.js'));

/** Why no browser test can run here, or undefined when they can. */
export const whyNoBrowser: string | undefined =
  CHROMIUM === undefined ? 'no chromium in /usr/bin' : BUILT ? undefined : 'dist/ is missing: npm run build';
if (whyNoBrowser !== undefined) console.warn(`browser tests are skipped: ${whyNoBrowser}`);

const SERVED = /^\/(dist|node_modules\/(onnxruntime-(web|common)|@mujoco\/mujoco|valibot))\//;
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
const pageOf = (threads: number): string => `<!doctype html><script type="importmap">
{"imports":{"valibot":"/node_modules/valibot/dist/index.mjs"}}
</script><script type="module">
import * as ort from '/node_modules/onnxruntime-web/dist/ort.webgpu.min.mjs';
ort.env.wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';
ort.env.wasm.numThreads = ${threads};
const room = (name) => import('/dist/src/' + name + '/index.js');
window.rooms = {};
for (const name of ['core', 'tensor', 'autodiff', 'compile', 'nn', 'optim', 'jepa', 'world', 'train']) window.rooms[name] = await room(name);
window.runtimeOf = async (device) => (await room('runtime')).webRuntime(ort, device);
window.ready = true;
</script>`;

/** A page with `window.rooms` and `window.runtimeOf(device)`. */
export interface RoomsPage {
  readonly page: Page;
  /** Why the device is not to be had, or undefined. */
  missing(device: WebDevice): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Starts the server and the browser. With more than one thread of WebAssembly the page is cross-origin isolated. */
export async function openRooms({ threads = 1 }: { readonly threads?: number } = {}): Promise<RoomsPage> {
  const server = createServer((request, response) => {
    if (threads > 1) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    const path = normalize(new URL(request.url!, 'http://localhost').pathname);
    if (path === '/') {
      response.setHeader('content-type', 'text/html').end(pageOf(threads));
      return;
    }
    const file = join(ROOT, path);
    if (!SERVED.test(path) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream').end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({
    executablePath: CHROMIUM!,
    args: [
      ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
      ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
    ],
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('window.ready === true');
  const isolated = await page.evaluate('window.crossOriginIsolated');
  if (isolated !== threads > 1)
    throw new Error(`a page for ${threads} threads must be isolated or not, got ${isolated}`);
  return {
    page,
    async missing(device) {
      if (device === 'wasm') return undefined;
      const found = await page.evaluate('navigator.gpu?.requestAdapter().then((a) => a !== null) ?? false');
      return found === true ? undefined : 'this chromium offers no WebGPU adapter';
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
