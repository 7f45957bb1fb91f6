// Downloads a file: into a part beside the target, continued where it stopped, checked, then renamed.
//
// Why not @huggingface/hub (2.17.5, tried against a server on this machine): of a file announced with 18 bytes it took the
// 200 million that came, it kept a sign-in page as config.json, it starts a broken download anew, and it writes to the
// standard output, where our answers stand.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { ioError, syncFolder } from './atomic.ts';
import { fileKind, KIND_BYTES } from './file-kind.ts';
import { type Answer, type Asker, asker } from './proxy.ts';
import { refusal, unreachable } from './refusal.ts';

/** How to download. */
export interface DownloadOptions {
  /** What the file must begin and end with, as ASCII: a file of another kind is an error page. */
  readonly magic?: string;
  /** Says what is wrong with the content, or undefined; asked before the file gets its name. */
  readonly check?: (path: string) => string | undefined;
  /** Most bytes to take; needed where the server does not announce how many come. */
  readonly most?: number;
  /** Sent to the host of the address, over https or to this machine only, and to no other host. */
  readonly token?: string;
  readonly onProgress?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What the server says of the file. */
interface Remote {
  readonly bytes: number | undefined;
  readonly etag: string;
  /** The hub's content hash of large files, undefined where it gives none. */
  readonly sha256: string | undefined;
}

const REDIRECTS = 5;
const SHA256 = /^[0-9a-f]{64}$/;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** A download on its way. */
interface Task {
  readonly url: string;
  readonly options: DownloadOptions;
  readonly asker: Asker;
}

async function ask({ url, options, asker: by }: Task, at: string, method: 'GET' | 'HEAD', range = ''): Promise<Answer> {
  const { protocol, hostname, origin } = new URL(at);
  if (protocol === 'http:' && url.startsWith('https:'))
    throw unreachable(url, `it leads to ${origin}, which is not safe`);
  // `identity`: the length of what is stored, not of a compressed transfer.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (range !== '') headers.range = range;
  if (options.token !== undefined && origin === new URL(url).origin) {
    if (protocol !== 'https:' && !LOOPBACK.includes(hostname))
      throw new JepaError('usage', `${origin}: a token is sent over https only; unset HF_TOKEN, or use https`, { url });
    headers.authorization = `Bearer ${options.token}`;
  }
  try {
    return await by.ask(at, { method, redirect: 'manual', headers, signal: options.signal ?? null });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw unreachable(url, `${cause instanceof Error ? cause.message : String(cause)}${by.through}`, error);
  }
}

const unquoted = (text: string | null): string => (text ?? '').replace(/^W\//, '').replaceAll('"', '');

/** A length that a header states, or undefined. */
function lengthIn(text: string | null): number | undefined {
  const bytes = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

/** Asks hop by hop; `seen` is shown every answer on the way. Errors: `io` when the last one is no success. */
async function follow(
  task: Task,
  method: 'GET' | 'HEAD',
  range: string,
  seen: (answer: Answer) => void = () => {},
): Promise<Answer> {
  let at = task.url;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const answer = await ask(task, at, method, range);
    seen(answer);
    const next = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && next !== null) {
      await answer.body?.cancel();
      if (!URL.canParse(next, at))
        throw unreachable(task.url, `the server redirects to '${next}', which is no address`);
      at = new URL(next, at).href;
      continue;
    }
    if (answer.ok) return answer;
    await answer.body?.cancel();
    throw refusal(task.url, answer, task.options.token !== undefined);
  }
  throw unreachable(task.url, `more than ${REDIRECTS} redirections`);
}

/** Asks for the headers only: the hub gives size and content hash on its own answer, which is a redirection. */
async function lookUp(task: Task): Promise<Remote> {
  let linked = '';
  let linkedBytes: number | undefined;
  const last = await follow(task, 'HEAD', '', (answer) => {
    linked ||= unquoted(answer.headers.get('x-linked-etag'));
    linkedBytes ??= lengthIn(answer.headers.get('x-linked-size'));
  });
  requireFile(task.url, last);
  return {
    bytes: linkedBytes ?? lengthIn(last.headers.get('content-length')),
    etag: linked || unquoted(last.headers.get('etag')),
    sha256: SHA256.test(linked) ? linked : undefined,
  };
}

function wrong(url: string, why: string): JepaError {
  return new JepaError('corrupt', `${url}: what came is not the file, ${why}; run again`, { url });
}

/** Refuses a page in place of a file, before any of it is taken. */
function requireFile(url: string, answer: Answer): void {
  const type = answer.headers.get('content-type') ?? '';
  if (/^text\/html\b/i.test(type))
    throw wrong(
      url,
      'it is an HTML page (a sign-in page, or that of a proxy); check the name, the login and HF_ENDPOINT',
    );
}

/** How many bytes the whole file may have. Errors: `unsupported` when it is announced with more than the caller takes. */
function announced({ url, options: { most } }: Task, remote: Remote, answer: Answer): number {
  const bytes = remote.bytes ?? (answer.status === 200 ? lengthIn(answer.headers.get('content-length')) : undefined);
  if (bytes === undefined && most === undefined) throw unreachable(url, 'the server does not say how long the file is');
  if (bytes !== undefined && most !== undefined && bytes > most)
    throw new JepaError(
      'unsupported',
      `${url}: announced with ${bytes} bytes, at most ${most} are taken; get it by hand`,
      {
        url,
        bytes,
        most,
      },
    );
  return bytes ?? most!;
}

/** Writes a body behind what a part holds, and not a byte more than `limit` in all; the bytes it then holds. */
async function write(
  { url, options }: Task,
  body: AsyncIterable<Uint8Array>,
  file: FileHandle,
  from: number,
  limit: number,
): Promise<number> {
  let at = from;
  for await (const chunk of body) {
    at += chunk.length;
    if (at > limit) throw wrong(url, `more than the ${limit} bytes that were announced come`);
    try {
      await file.writeFile(chunk);
    } catch (error) {
      throw ioError(`writing the part of ${basename(url)}`, error, 'what was downloaded is kept and continued');
    }
    options.onProgress?.(at, limit);
    options.signal?.throwIfAborted(); // a body that has wholly come does not always notice (Node 22)
  }
  await file.sync();
  return at;
}

/** Fetches what the part lacks; a server that sends everything again starts it anew. */
async function transfer(task: Task, part: string, remote: Remote): Promise<void> {
  const { url, options } = task;
  let have = existsSync(part) ? statSync(part).size : 0;
  // Without a name for the version of the content, what is there may be of another one.
  if (have > (remote.bytes ?? 0) || remote.etag === '') {
    rmSync(part, { force: true });
    have = 0;
  }
  if (remote.bytes !== undefined && have === remote.bytes && existsSync(part)) return;
  const answer = await follow(task, 'GET', have > 0 ? `bytes=${have}-` : '').catch((error: unknown) => {
    if (error instanceof JepaError && error.details.status === 416) rmSync(part, { force: true });
    throw error;
  });
  requireFile(url, answer);
  const limit = announced(task, remote, answer);
  const continued = answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true;
  const from = continued ? have : 0;
  const file = await open(part, continued ? 'a' : 'w');
  let at = from;
  try {
    if (answer.body !== null) at = await write(task, answer.body, file, from, limit);
  } catch (error) {
    if (error instanceof JepaError || options.signal?.aborted === true) throw error;
    throw unreachable(url, `the connection broke after ${statSync(part).size} bytes`, error);
  } finally {
    await file.close();
  }
  if (remote.bytes !== undefined && at < remote.bytes)
    throw unreachable(url, `it ended after ${at} of ${remote.bytes} bytes`);
}

/** Why the downloaded part is not what it should be, or undefined. */
async function fault(part: string, remote: Remote, { magic, check }: DownloadOptions): Promise<string | undefined> {
  const { size } = statSync(part);
  if (remote.bytes !== undefined && size !== remote.bytes) return `it has ${size} bytes instead of ${remote.bytes}`;
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let tail = '';
  for await (const chunk of createReadStream(part)) {
    hash.update(chunk);
    if (head.length < KIND_BYTES) head = Buffer.concat([head, chunk.subarray(0, KIND_BYTES)]);
    tail = `${tail}${chunk.subarray(-4).toString('latin1')}`.slice(-4);
  }
  const kind = fileKind(head);
  if (kind?.name.startsWith('an HTML page') === true || kind?.name.startsWith('a Git LFS pointer') === true)
    return `it is ${kind.name}`;
  if (magic !== undefined && (head.toString('latin1', 0, 4) !== magic || tail !== magic))
    return `it does not begin and end with ${magic}`;
  const got = hash.digest('hex');
  if (remote.sha256 !== undefined && got !== remote.sha256) return `its SHA-256 is ${got} instead of ${remote.sha256}`;
  return check?.(part);
}

/** Removes parts of other versions of the file. */
function removeOlder(path: string, part: string): void {
  const prefix = `${basename(path)}.part-`;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(prefix) && name !== basename(part)) rmSync(join(dirname(path), name), { force: true });
}

/**
 * Downloads `url` to `path`, unless a file is there. The part that is written carries the name of the content's version,
 * so what an interrupted call left is continued, and never with bytes of another version. Never are more bytes taken than
 * the server announced. Proxies of the environment are used (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY).
 *
 * @throws JepaError 'io' when the server cannot be reached, refuses (with `details.status`), or breaks off; 'corrupt' when
 * size, checksum or kind of the file is wrong, or a page came instead (the part is then deleted); 'unsupported' when more
 * than `most` bytes are announced; 'usage' for a proxy that is not spoken to, or a token that would go over plain http.
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<{ readonly bytes: number; readonly present: boolean }> {
  if (existsSync(path)) return { bytes: statSync(path).size, present: true };
  const task: Task = { url, options, asker: await asker() };
  const remote = await lookUp(task);
  const version = createHash('sha256').update(`${url} ${remote.etag}`).digest('hex').slice(0, 12);
  const part = `${path}.part-${version}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw ioError(`making ${dirname(path)}`, error, 'nothing was changed');
  }
  removeOlder(path, part);
  try {
    await transfer(task, part, remote);
  } catch (error) {
    if (error instanceof JepaError && error.code === 'corrupt') rmSync(part, { force: true });
    throw error;
  }
  const why = await fault(part, remote, options);
  if (why !== undefined) {
    rmSync(part, { force: true });
    throw wrong(url, why);
  }
  renameSync(part, path);
  syncFolder(dirname(path));
  return { bytes: statSync(path).size, present: false };
}
