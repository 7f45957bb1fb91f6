// Reads a HuggingFace checkpoint folder: config.json, preprocessor_config.json where there is one, and model.safetensors,
// whole or in the shards that model.safetensors.index.json lists.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import type { SafeTensor } from '../../data/index.ts';
import { checkpointCache, readSafetensors } from '../../data/node.ts';
import { type HfConfig, IMAGENET, type PixelNormalisation } from '../../nn/index.ts';

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON object from a file. Errors: `io` when it cannot be read, `corrupt` when it is none. */
export function readJsonObject(file: string): HfConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new JepaError(
      'io',
      `cannot read ${file}: ${(cause as Error).message}; give a checkpoint folder`,
      { file },
      { cause },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new JepaError(
      'corrupt',
      `${file} is not JSON: ${(cause as Error).message}; get it again`,
      { file },
      { cause },
    );
  }
  if (isRecord(value)) return value;
  throw new JepaError('corrupt', `${file} must hold a JSON object; get it again`, { file });
}

/** The tensors of a checkpoint folder. Errors: `io`, `corrupt`; `checkpoint` when a shard lacks a tensor of the index. */
export function readCheckpointTensors(folder: string): ReadonlyMap<string, SafeTensor> {
  const whole = join(folder, 'model.safetensors');
  const index = join(folder, 'model.safetensors.index.json');
  if (existsSync(whole)) return readSafetensors(whole).tensors;
  if (!existsSync(index))
    throw new JepaError(
      'io',
      `${folder} must hold model.safetensors, or model.safetensors.index.json with its shards; convert .bin and .pt files with the safetensors library`,
      { folder },
    );
  const map = readJsonObject(index).weight_map;
  if (!isRecord(map) || !Object.values(map).every((file) => typeof file === 'string'))
    throw new JepaError('corrupt', `${index} must hold weight_map, tensor to file; get it again`, { file: index });
  const tensors = new Map<string, SafeTensor>();
  for (const file of new Set(Object.values(map) as readonly string[]))
    for (const [name, tensor] of readSafetensors(join(folder, file)).tensors) tensors.set(name, tensor);
  const absent = Object.keys(map).filter((name) => !tensors.has(name));
  if (absent.length > 0)
    throw new JepaError(
      'checkpoint',
      `${folder}: the shards lack ${absent.slice(0, 8).join(', ')}, which the index lists; get the shards again`,
      { folder, absent },
    );
  return tensors;
}

/** How images are prepared, as preprocessor_config.json has it. */
export interface Preprocessing {
  readonly normalisation: PixelNormalisation;
  /** How images are resized. */
  readonly filter: 'bilinear' | 'bicubic';
}

function threeNumbers(value: unknown): readonly number[] | undefined {
  const fits = Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === 'number');
  return fits ? (value as readonly number[]) : undefined;
}

/** Pillow's number of bicubic resampling. */
const BICUBIC = 3;

/**
 * The preparation of images that a checkpoint folder states; without preprocessor_config.json that of its family: mean and
 * deviation 0.5 for `vit`, else ImageNet's; bicubic for DINOv2, else bilinear.
 */
export function readPreprocessing(folder: string, family: string): Preprocessing {
  const file = join(folder, 'preprocessor_config.json');
  const stated = existsSync(file) ? readJsonObject(file) : {};
  const half = [0.5, 0.5, 0.5];
  const usual = family === 'vit' ? { mean: half, std: half } : IMAGENET;
  const bicubic = typeof stated.resample === 'number' ? stated.resample === BICUBIC : family.startsWith('dinov2');
  return {
    normalisation: {
      mean: threeNumbers(stated.image_mean) ?? usual.mean,
      std: threeNumbers(stated.image_std) ?? usual.std,
    },
    filter: bicubic ? 'bicubic' : 'bilinear',
  };
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
