// Reads a HuggingFace checkpoint folder: config.json, and model.safetensors, whole or in the shards that
// model.safetensors.index.json lists.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { fileKind, readLimits, requireLimit, type SafeTensor } from '../../data/index.ts';
import { checkpointCache, readRegular, readSafetensors } from '../../data/node.ts';
import type { HfConfig } from '../../nn/index.ts';

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A JSON object from a file.
 *
 * @throws JepaError 'io' when it cannot be read; 'corrupt' when it is none; 'data' when it is no regular file;
 * 'unsupported' above the limit `jsonBytes`.
 */
export function readJsonObject(file: string): HfConfig {
  let bytes: Uint8Array;
  try {
    const limits = readLimits();
    bytes = readRegular(file, (size) => requireLimit('jsonBytes', limits, size, `${file}: ${size} bytes`));
  } catch (cause) {
    if (!(cause instanceof JepaError) || cause.code !== 'io') throw cause;
    throw new JepaError('io', `cannot read ${file}: ${cause.message}; give a checkpoint folder`, { file }, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const kind = fileKind(bytes);
    const why = kind === undefined || kind.name === 'JSON' ? (cause as Error).message : `it is ${kind.name}`;
    const remedy = kind === undefined || kind.name === 'JSON' ? 'get it again' : kind.remedy;
    throw new JepaError('corrupt', `${file} is not JSON: ${why}; ${remedy}`, { file }, { cause });
  }
  if (isRecord(value)) return value;
  throw new JepaError('corrupt', `${file} must hold a JSON object; get it again`, { file });
}

/** Weights of PyTorch that stand where safetensors should. */
const PICKLES = /\.(bin|pt|pth|ckpt|pkl)$/;

/**
 * The tensors of a checkpoint folder.
 *
 * @throws JepaError 'io', 'corrupt' and 'unsupported' as `readSafetensors`; 'checkpoint' when a shard lacks a tensor of the
 * index, or has one that another shard has too.
 */
export function readCheckpointTensors(folder: string): ReadonlyMap<string, SafeTensor> {
  const whole = join(folder, 'model.safetensors');
  const index = join(folder, 'model.safetensors.index.json');
  if (existsSync(whole)) return readSafetensors(whole).tensors;
  if (!existsSync(index)) {
    const pickles = readdirSync(folder).filter((name) => PICKLES.test(name));
    const there =
      pickles.length === 0 ? '' : `; it holds ${pickles.join(', ')}, which can run code and is never loaded`;
    throw new JepaError(
      'io',
      `${folder} must hold model.safetensors, or model.safetensors.index.json with its shards${there}; convert .bin and .pt files with the safetensors library`,
      { folder },
    );
  }
  const map = readJsonObject(index).weight_map;
  if (!isRecord(map) || !Object.values(map).every((file) => typeof file === 'string'))
    throw new JepaError('corrupt', `${index} must hold weight_map, tensor to file; get it again`, { file: index });
  const tensors = new Map<string, SafeTensor>();
  for (const file of new Set(Object.values(map) as readonly string[])) {
    if (file !== basename(file))
      throw new JepaError('corrupt', `${index}: a shard must be a file of the folder, got '${file}'; get it again`, {
        file,
      });
    for (const [name, tensor] of readSafetensors(join(folder, file)).tensors) {
      if (tensors.has(name))
        throw new JepaError('checkpoint', `${folder}: two shards have ${name}, one is ${file}; get the shards again`, {
          name,
        });
      tensors.set(name, tensor);
    }
  }
  const absent = Object.keys(map).filter((name) => !tensors.has(name));
  if (absent.length > 0)
    throw new JepaError(
      'checkpoint',
      `${folder}: the shards lack ${absent.slice(0, 8).join(', ')}, which the index lists; get the shards again`,
      { folder, absent },
    );
  return tensors;
}

/** The folder of HuggingFace's cache: HF_HUB_CACHE, or `hub` below HF_HOME or ~/.cache/huggingface. */
function hubCache(): string {
  const { HF_HUB_CACHE, HF_HOME } = process.env;
  return HF_HUB_CACHE ?? join(HF_HOME ?? join(homedir(), '.cache', 'huggingface'), 'hub');
}

/**
 * The folder of a checkpoint given as a path, or by the name (`facebook/dinov2-small`) under which `jepa fetch` or
 * HuggingFace's local cache (its `main` revision) holds it.
 *
 * Errors: `io` when neither is there; nothing is downloaded.
 */
export function checkpointFolder(nameOrFolder: string): string {
  if (existsSync(nameOrFolder) && statSync(nameOrFolder).isDirectory()) return nameOrFolder;
  const fetched = checkpointCache(nameOrFolder);
  if (existsSync(join(fetched, 'config.json'))) return fetched;
  const cached = join(hubCache(), `models--${nameOrFolder.split('/').join('--')}`);
  const ref = join(cached, 'refs', 'main');
  if (existsSync(ref)) {
    const snapshot = join(cached, 'snapshots', readFileSync(ref, 'utf8').trim());
    if (existsSync(snapshot)) return snapshot;
  }
  throw new JepaError(
    'io',
    `no checkpoint '${nameOrFolder}': must be a folder with config.json and model.safetensors, or the name of a model in the cache of jepa or HuggingFace; get it with 'jepa fetch ${nameOrFolder}'`,
    { nameOrFolder, cached },
  );
}
