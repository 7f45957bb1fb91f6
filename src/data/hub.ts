// Files of the public model hub, kept in the cache folder.

import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { cacheFolder } from './cache-folder.ts';
import { type DownloadOptions, download } from './download.ts';

/** Where to, and how to follow it. */
export interface FetchOptions {
  /** Folder (default: one in the cache folder). */
  readonly dir?: string;
  /** Base address of the hub (default: the variable HF_ENDPOINT, else https://huggingface.co). */
  readonly endpoint?: string;
  readonly onProgress?: (file: string, bytes: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What was fetched, or was there. */
export interface FetchedFile {
  readonly path: string;
  readonly bytes: number;
  /** Whether it was there before. */
  readonly present: boolean;
}

/** Fetches `files` of a repository of the hub into `dir`; `repository` is the path up to the file. */
export async function fetchFiles(
  repository: string,
  files: readonly string[],
  dir: string,
  { endpoint, onProgress, signal }: FetchOptions,
  options: Pick<DownloadOptions, 'magic'> = {},
): Promise<FetchedFile[]> {
  const base = (endpoint ?? (process.env.HF_ENDPOINT || 'https://huggingface.co')).replace(/\/+$/, '');
  const fetched: FetchedFile[] = [];
  for (const file of files) {
    const path = join(dir, file);
    const done = await download(`${base}/${repository}/${file}`, path, {
      ...options,
      onProgress: (bytes, total) => onProgress?.(file, bytes, total),
      ...(signal === undefined ? {} : { signal }),
    });
    fetched.push({ path, ...done });
  }
  return fetched;
}

/** Where `fetchCheckpoint` puts the checkpoint called `name` (`organisation/model`) when no folder is named. */
export function checkpointCache(name: string): string {
  return join(cacheFolder(), 'models', ...name.split('/'));
}

/**
 * Downloads a checkpoint of the hub: its configuration and its weights in one safetensors file. Files that are there are kept;
 * an interrupted download continues; the hub's SHA-256 is verified where it gives one.
 *
 * Errors: `usage` when the name is not `organisation/model`; `io` when the hub cannot be reached or has no such file, as
 * for models that ask for a licence first; `corrupt` when a checksum is wrong.
 */
export async function fetchCheckpoint(name: string, options: FetchOptions = {}): Promise<readonly FetchedFile[]> {
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(name)) {
    throw new JepaError('usage', `a checkpoint of the hub is called organisation/model, got '${name}'`, { name });
  }
  const dir = options.dir ?? checkpointCache(name);
  return fetchFiles(`${name}/resolve/main`, ['config.json', 'model.safetensors'], dir, options);
}
