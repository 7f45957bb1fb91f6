// Downloads a file: into a part beside the target, continued where it stopped, checked, then renamed.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JepaError } from '../core/index.ts';
import { ioError, syncFolder } from './atomic.ts';

/** How to download. */
export interface DownloadOptions {
  /** What the file must begin and end with, as ASCII: a file of another kind is an error page. */
  readonly magic?: string;
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

function unreachable(url: string, why: string, cause?: unknown): JepaError {
  return new JepaError(
    'io',
    `downloading ${url} failed: ${why}; check the connection and run again (it continues), or fetch the file elsewhere ` +
      'and name its folder by --data PATH',
    { url },
    { cause },
  );
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw unreachable(url, cause instanceof Error ? cause.message : String(cause), error);
  }
}

const unquoted = (text: string | null): string => (text ?? '').replace(/^W\//, '').replaceAll('"', '');

/** Asks for the headers only, hop by hop: the hub gives the content hash on its own answer, which is a redirection. */
async function lookUp(url: string, signal: AbortSignal | null): Promise<Remote> {
  let at = url;
  let linked = '';
  let linkedBytes: number | undefined;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    // `identity`: the length of what is stored, not of a compressed transfer.
    const headers = { 'accept-encoding': 'identity' };
    const answer = await ask(at, { method: 'HEAD', redirect: 'manual', headers, signal });
    linked ||= unquoted(answer.headers.get('x-linked-etag'));
    linkedBytes ??= Number(answer.headers.get('x-linked-size')) || undefined;
    const next = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && next !== null) {
      at = new URL(next, at).href;
      continue;
    }
    if (!answer.ok) throw unreachable(url, `the server answered ${answer.status} ${answer.statusText}`);
    const etag = linked || unquoted(answer.headers.get('etag'));
    const bytes = linkedBytes ?? (Number(answer.headers.get('content-length')) || undefined);
    return { bytes, etag, sha256: SHA256.test(linked) ? linked : undefined };
  }
  throw unreachable(url, `more than ${REDIRECTS} redirections`);
}

/** Writes the body behind what the part already holds; a server that sends everything again starts it anew. */
async function transfer(url: string, part: string, remote: Remote, options: DownloadOptions): Promise<void> {
  const { onProgress, signal = null } = options;
  const have = existsSync(part) ? statSync(part).size : 0;
  if (remote.bytes !== undefined && have === remote.bytes) return;
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have > 0) headers.range = `bytes=${have}-`;
  const answer = await ask(url, { headers, signal });
  if (!answer.ok || answer.body === null) {
    if (answer.status === 416) rmSync(part, { force: true });
    throw unreachable(url, `the server answered ${answer.status} ${answer.statusText}`);
  }
  const continued = answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true;
  const total = remote.bytes ?? 0;
  let at = continued ? have : 0;
  const file = await open(part, continued ? 'a' : 'w');
  try {
    for await (const chunk of answer.body) {
      try {
        await file.write(chunk);
      } catch (error) {
        throw ioError(`writing ${part}`, error, 'what was downloaded is kept and continued');
      }
      at += chunk.length;
      onProgress?.(at, Math.max(total, at));
    }
    await file.sync();
  } catch (error) {
    if (error instanceof JepaError || signal?.aborted === true) throw error;
    throw unreachable(url, `the connection broke after ${at} bytes`, error);
  } finally {
    await file.close();
  }
  if (remote.bytes !== undefined && at < remote.bytes) {
    throw unreachable(url, `it ended after ${at} of ${remote.bytes} bytes`);
  }
}

/** Why the downloaded part is not what it should be, or undefined. */
async function fault(part: string, remote: Remote, magic: string | undefined): Promise<string | undefined> {
  const { size } = statSync(part);
  if (remote.bytes !== undefined && size !== remote.bytes) return `it has ${size} bytes instead of ${remote.bytes}`;
  const hash = createHash('sha256');
  let head = '';
  let tail = '';
  for await (const chunk of createReadStream(part)) {
    hash.update(chunk);
    if (head.length < 4) head = `${head}${chunk.toString('latin1')}`.slice(0, 4);
    tail = `${tail}${chunk.subarray(-4).toString('latin1')}`.slice(-4);
  }
  if (magic !== undefined && (head !== magic || tail !== magic)) return `it does not begin and end with ${magic}`;
  const got = hash.digest('hex');
  if (remote.sha256 !== undefined && got !== remote.sha256) return `its SHA-256 is ${got} instead of ${remote.sha256}`;
  return undefined;
}

/**
 * Downloads `url` to `path`, unless a file is there. The part that is written carries the name of the content's version,
 * so what an interrupted call left is continued, and never with bytes of another version.
 *
 * Errors: `io` when the server cannot be reached, refuses, or breaks off; `corrupt` when the size, the checksum or the
 * kind of the file is wrong (the part is then deleted).
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<{ readonly bytes: number; readonly present: boolean }> {
  if (existsSync(path)) return { bytes: statSync(path).size, present: true };
  const remote = await lookUp(url, options.signal ?? null);
  const version = createHash('sha256').update(`${url} ${remote.etag}`).digest('hex').slice(0, 12);
  const part = `${path}.part-${version}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw ioError(`making ${dirname(path)}`, error, 'nothing was changed');
  }
  await transfer(url, part, remote, options);
  const wrong = await fault(part, remote, options.magic);
  if (wrong !== undefined) {
    rmSync(part, { force: true });
    throw new JepaError('corrupt', `${url}: what came is not the file, ${wrong}; run again`, { url });
  }
  renameSync(part, path);
  syncFolder(dirname(path));
  return { bytes: statSync(path).size, present: false };
}
