// A server in place of the model hub that lies, stalls and breaks off. `jepa fetch` must say what went wrong and leave no file
// that looks whole.

import { existsSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fold, integer } from '../src/core/index.ts';
import { jepa } from './child.ts';
import { sample } from './draw.ts';
import { disaster, lastWords, refused } from './judge.ts';
import { failed, type Kind, survived, type Verdict } from './kind.ts';
import { filesBelow } from './snapshot.ts';

const PARQUET = Buffer.from(`PAR1${'x'.repeat(2000)}PAR1`);

/** How the server behaves; `cut` is where it breaks off. */
type Behaviour = (response: ServerResponse, cut: number) => void;

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  'announces more than it sends, and closes': (r, cut) => {
    r.writeHead(200, { 'content-length': PARQUET.length });
    r.write(PARQUET.subarray(0, cut), () => r.destroy());
  },
  'announces less than it sends': (r, cut) => {
    r.socket?.end(
      Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${cut}\r\nconnection: close\r\n\r\n`), PARQUET]),
    );
  },
  'announces nothing and never ends': (r) => {
    r.writeHead(200);
    // Node sends nothing of an answer to HEAD before its end.
    if (r.req.method === 'HEAD') {
      r.end();
      return;
    }
    const more = setInterval(() => r.write(Buffer.alloc(65536)), 1);
    r.on('close', () => clearInterval(more));
  },
  'announces an exabyte': (r) => {
    r.writeHead(200, { 'content-length': '1152921504606846976' });
    r.write(PARQUET, () => setTimeout(() => r.destroy(), 200));
  },
  'announces a length that is no number': (r) => {
    r.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nPAR1');
  },
  'sends a page': (r) => {
    const page = '<!doctype html><title>Sign in</title>';
    r.writeHead(200, { 'content-type': 'text/html', 'content-length': page.length }).end(page);
  },
  'sends nothing': (r) => void r.writeHead(200, { 'content-length': 0 }).end(),
  'redirects to a file of the disk': (r) => void r.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  'redirects to itself': (r) => void r.writeHead(302, { location: '/again' }).end(),
  'redirects to no address': (r) => void r.writeHead(302, { location: 'http://' }).end(),
  'redirects nowhere': (r) => void r.writeHead(302).end(),
  'hangs up at once': (r) => void r.socket?.destroy(),
  'answers in words that are no HTTP': (r) => void r.socket?.end('220 mail.example ESMTP\r\n'),
  'is in trouble, with a terminal escape': (r) =>
    void r.socket?.end('HTTP/1.1 503 No\r\nx-error-message: \u001b[2Jtrouble\r\ncontent-length: 0\r\n\r\n'),
  'knows nothing': (r) => void r.writeHead(404).end(),
};

function listen(behave: Behaviour, cut: number): Promise<{ readonly server: Server; readonly endpoint: string }> {
  const server = createServer((_, response) => behave(response, cut));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ server, endpoint: `http://127.0.0.1:${port}` });
    });
  });
}

async function fetchFrom(behave: Behaviour, cut: number, name: string, dir: string): Promise<Verdict> {
  const { server, endpoint } = await listen(behave, cut);
  const env = { HF_ENDPOINT: endpoint, JEPA_CACHE: join(dir, 'cache'), HTTP_PROXY: '', http_proxy: '', HF_TOKEN: '' };
  try {
    const verdict = refused(await jepa(['fetch', name, '--json'], { env }));
    const whole = filesBelow(join(dir, 'cache')).filter((file) => /\.(parquet|json|safetensors)$/.test(file));
    if (verdict.outcome === 'survived' && whole.length > 0) return failed('silent', `leaves ${whole.join(', ')}`);
    return verdict;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A server that stalls: the command waits, and can be interrupted. */
async function stalled(dir: string): Promise<Verdict> {
  const { server, endpoint } = await listen((r) => {
    r.writeHead(200, { 'content-length': PARQUET.length });
    r.write(PARQUET.subarray(0, 100));
  }, 0);
  const env = { HF_ENDPOINT: endpoint, JEPA_CACHE: join(dir, 'cache') };
  try {
    const ended = await jepa(['fetch', 'cifar10'], {
      env,
      onStart: (child) => void server.once('request', () => setTimeout(() => child.kill('SIGINT'), 500)),
    });
    const bad = disaster(ended);
    if (bad !== undefined) return bad;
    if (ended.code !== 130) return failed('unclear', `exit code ${ended.code}, wanted 130: ${lastWords(ended)}`);
    return existsSync(join(dir, 'cache', 'cifar10', 'train-00000-of-00001.parquet'))
      ? failed('silent', 'a part stands where the whole should')
      : survived;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Stand-ins of the hub. */
export const hub: Kind = {
  name: 'network',
  short: 3,
  full: 31,
  async cases(key, count) {
    const all = Object.entries(BEHAVIOURS).flatMap(([what, behave]) =>
      ['cifar10', 'some/encoder'].map((name) => ({
        name: `the server ${what}, fetch ${name}`,
        run: (dir: string) => fetchFrom(behave, integer(fold(key, what, name), 1, PARQUET.length - 1), name, dir),
      })),
    );
    return sample(fold(key, 'chosen'), [...all, { name: 'the server stalls', run: stalled }], count);
  },
};
