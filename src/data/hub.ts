// Files of the public model hub, kept in the cache folder.

import { closeSync, existsSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { cacheFolder } from './cache-folder.ts';
import { type DownloadOptions, download } from './download.ts';
import { readLimits } from './limits.ts';
import { openRegular, readText } from './regular-file.ts';

/** Where to, and how to follow it. */
export interface FetchOptions {
  /** Folder (default: one in the cache folder). */
  readonly dir?: string;
  /** Base address of the hub (default: the variable HF_ENDPOINT, else https://huggingface.co). */
  readonly endpoint?: string;
  /** For models that ask for a login or a licence (default: the variable HF_TOKEN). */
  readonly token?: string;
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
  { endpoint, token, onProgress, signal }: FetchOptions,
  options: Pick<DownloadOptions, 'magic' | 'check' | 'most'> = {},
): Promise<FetchedFile[]> {
  const base = (endpoint ?? (process.env.HF_ENDPOINT || 'https://huggingface.co')).replace(/\/+$/, '');
  const login = token ?? (process.env.HF_TOKEN?.trim() || undefined);
  const fetched: FetchedFile[] = [];
  for (const file of files) {
    const path = join(dir, file);
    const done = await download(`${base}/${repository}/${file}`, path, {
      ...options,
      onProgress: (bytes, total) => onProgress?.(file, bytes, total),
      ...(login === undefined ? {} : { token: login }),
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

/** Why a file is no JSON object, or undefined. */
function noJson(path: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readText(path));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'it is no JSON object';
  } catch {
    return 'it is no JSON';
  }
}

/** Why a file is no safetensors by its first bytes, or undefined. The rest is checked when it is read. */
function noSafetensors(path: string): string | undefined {
  const head = Buffer.alloc(9);
  const { fd, size } = openRegular(path);
  try {
    const read = readSync(fd, head, 0, 9, 0);
    const fits = read === 9 && 8n + head.readBigUInt64LE(0) <= BigInt(size) && head[8] === 0x7b;
    return fits ? undefined : 'it is no safetensors file';
  } finally {
    closeSync(fd);
  }
}

/** Whether an error says that the hub has no such file, which is not yet a failure. */
const isAbsent = (error: unknown): boolean => error instanceof JepaError && error.details.status === 404;

/** The shards that a downloaded index lists. Errors: `corrupt` when it lists none, or a name that leads elsewhere. */
function shardsOf(index: string): readonly string[] {
  const { weight_map: map } = JSON.parse(readText(index)) as { readonly weight_map?: unknown };
  const files: unknown[] = typeof map === 'object' && map !== null ? [...new Set(Object.values(map))] : [];
  const names = files.filter((file) => typeof file === 'string');
  if (
    names.length > 0 &&
    names.length === files.length &&
    names.every((file) => file === basename(file) && /^\w[\w.-]*\.safetensors$/.test(file))
  )
    return names.sort();
  throw new JepaError(
    'corrupt',
    `${index} must list its shards as weight_map, tensor to file of the folder; delete it and fetch again`,
    {
      index,
    },
  );
}

/**
 * Downloads a checkpoint of the hub: how its images are prepared (preprocessor_config.json, where it has one), its
 * configuration, and its weights, one safetensors file or the shards that model.safetensors.index.json lists. Files that
 * are there are kept; an interrupted download continues; the hub's SHA-256 is verified where it gives one.
 *
 * @throws JepaError 'usage' when the name is not `organisation/model`; 'io' when the hub cannot be reached, asks for a
 * login or a licence, or has no such files, each with what to do; 'corrupt' when a checksum or the kind of a file is wrong.
 */
export async function fetchCheckpoint(name: string, options: FetchOptions = {}): Promise<readonly FetchedFile[]> {
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(name)) {
    throw new JepaError('usage', `a checkpoint of the hub is called organisation/model, got '${name}'`, { name });
  }
  const dir = options.dir ?? checkpointCache(name);
  const repository = `${name}/resolve/main`;
  const json = (file: string): Promise<FetchedFile[]> =>
    fetchFiles(repository, [file], dir, options, { check: noJson, most: readLimits().jsonBytes });
  const weights = (files: readonly string[]): Promise<FetchedFile[]> =>
    fetchFiles(repository, files, dir, options, { check: noSafetensors });
  /** What there is of a file that need not be there. */
  const perhaps = async (fetching: Promise<FetchedFile[]>): Promise<FetchedFile[]> => {
    try {
      return await fetching;
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  };
  // The configuration comes first where the name is wrong: its error is the one that helps.
  const config = await json('config.json');
  const prepared = await perhaps(json('preprocessor_config.json'));
  const before = [...config, ...prepared];
  const index = 'model.safetensors.index.json';
  const whole = existsSync(join(dir, index)) ? [] : await perhaps(weights(['model.safetensors']));
  if (whole.length > 0) return [...before, ...whole];
  const listed = await perhaps(json(index));
  if (listed.length === 0) {
    throw new JepaError(
      'io',
      `${name} must have model.safetensors, or model.safetensors.index.json with its shards, it has neither; ask its authors for ` +
        'safetensors, or convert its weights with the safetensors library of Python and name the folder',
      { name },
    );
  }
  return [...before, ...listed, ...(await weights(shardsOf(join(dir, index))))];
}
