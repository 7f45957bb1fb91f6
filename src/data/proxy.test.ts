// Downloads through a proxy on this machine.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { download } from './download.ts';

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
const before = NAMES.map((name) => [name, process.env[name]] as const);
let dir = '';
let origin: Server;
let proxy: Server;
let asked: string[] = [];
let tunnels: Duplex[] = [];
const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};
const listening = async (server: Server): Promise<Server> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-proxy-'));
  [asked, tunnels] = [[], []];
  for (const name of NAMES) delete process.env[name];
  origin = await listening(
    createServer((request, response) => {
      response
        .writeHead(200, { 'content-length': 5, etag: '"a"' })
        .end(request.method === 'HEAD' ? undefined : 'hello');
    }),
  );
  proxy = createServer();
  // Whatever host is asked for, the origin answers: only a request through the proxy can reach `hub.invalid`.
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    const there = connect(portOf(origin), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    // A tunnel is no longer the server's to close.
    for (const [one, other] of [
      [socket, there],
      [there, socket],
    ] as const) {
      tunnels.push(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  proxy.on('request', (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-length': 5, etag: '"a"' }).end(request.method === 'HEAD' ? undefined : 'hello');
  });
  await listening(proxy);
});
afterEach(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(dir, { recursive: true, force: true });
  for (const tunnel of tunnels) tunnel.destroy();
  for (const server of [origin, proxy]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('%s is used', async (name) => {
  process.env[name] = `http://127.0.0.1:${portOf(proxy)}`;
  await download('http://hub.invalid/file', join(dir, 'file'));
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('hello');
  expect(asked.join()).toMatch(/hub\.invalid/);
});

test('HTTPS_PROXY is asked for https alone', async () => {
  process.env.HTTPS_PROXY = `http://127.0.0.1:${portOf(proxy)}`;
  await download(`http://127.0.0.1:${portOf(origin)}/file`, join(dir, 'file'));
  expect(asked).toEqual([]);
  // The origin speaks no TLS, so this fails, but behind the proxy.
  await expect(download('https://hub.invalid/file', join(dir, 'other'))).rejects.toThrow(
    /proxies of the environment: 127/,
  );
  expect(asked[0]).toBe('CONNECT hub.invalid:443');
});

test('hosts of NO_PROXY are asked directly', async () => {
  process.env.HTTP_PROXY = `http://127.0.0.1:${portOf(proxy)}`;
  process.env.NO_PROXY = 'example.org,127.0.0.1';
  await download(`http://127.0.0.1:${portOf(origin)}/file`, join(dir, 'file'));
  expect(asked).toEqual([]);
});

test('a proxy that is not spoken to, or is not there, is named without its password', async () => {
  process.env.HTTPS_PROXY = 'socks5://me:secret@127.0.0.1:1080';
  const refused = download('https://hub.invalid/file', join(dir, 'file'));
  await expect(refused).rejects.toThrow(
    /HTTPS_PROXY must be the address of an HTTP proxy, .*got 'socks5:\/\/127.0.0.1:1080'/,
  );
  process.env.HTTPS_PROXY = 'http://me:secret@127.0.0.1:9';
  const absent = download('https://hub.invalid/file', join(dir, 'file')).then(
    () => '',
    ({ message }) => message,
  );
  expect(await absent).toMatch(/ECONNREFUSED.*proxies of the environment: 127.0.0.1:9\)/);
  expect(await absent).not.toMatch(/secret/);
});
