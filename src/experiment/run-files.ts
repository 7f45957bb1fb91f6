// Files that recipes write into a run folder. Results made with other settings than the run's get names of their own.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { JepaError, open, textLike } from '../core/index.ts';
import { readText, writeFileAtomic } from '../data/node.ts';
import { parseFile, type ResultOrigin } from '../run/index.ts';
import { makeFolder } from '../run/node.ts';
import type { RunContext } from './recipe.ts';

/** A context whose results were made with other settings than the run's. */
export interface OtherContext extends RunContext {
  /** In what they differ; written into each of their files. */
  readonly origin?: ResultOrigin;
  /** Put into the names of their files, so that they stand beside the run's own. */
  readonly digest?: string;
}

/** Eight digits that stand for what differs, whatever the command was. */
export function originDigest({ settings, seed, checkpoint }: ResultOrigin): string {
  const ordered = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([ordered, seed ?? null, checkpoint ?? null]))
    .digest('hex')
    .slice(0, 8);
}

/**
 * The name under which a result is kept: `evals/<name>.json` becomes `evals/<name>@<digest>.json`, and `<folder>/<file>` becomes
 * `<folder>@<digest>/<file>`, where the settings are not those of the run.
 */
export function resultName({ digest }: OtherContext, name: string): string {
  if (digest === undefined) return name;
  if (/^evals\/[^/]+\.json$/.test(name)) return name.replace(/\.json$/, `@${digest}.json`);
  const [folder, ...rest] = name.split('/');
  return [`${folder}@${digest}`, ...rest].join('/');
}

/** Writes bytes as a result of the run, whole or not at all. */
export function writeBytes(context: OtherContext, name: string, chunks: Iterable<Uint8Array>): void {
  write(join(context.out, resultName(context, name)), chunks);
}

/** Writes `value`, an object, as a JSON file among the results of the run. */
export function writeJson(context: OtherContext, name: string, value: object): void {
  const whole = context.origin === undefined ? value : { ...value, origin: context.origin };
  writeBytes(context, name, [new TextEncoder().encode(`${JSON.stringify(whole)}\n`)]);
}

function write(path: string, chunks: Iterable<Uint8Array>): void {
  makeFolder(dirname(path));
  writeFileAtomic(path, chunks);
}

const LINK = 'dataset-link.json';

/** Remembers in the run which dataset outside of it is used. */
export function rememberDataset(context: RunContext): void {
  if (context.data === undefined) return;
  const text = `${JSON.stringify({ dataset: resolve(context.data) })}\n`;
  write(join(context.out, LINK), [new TextEncoder().encode(text)]);
}

/** The dataset that the user gives now, or gave when the run was trained. */
export function rememberedDataset(context: RunContext): string | undefined {
  if (context.data !== undefined) return context.data;
  const link = join(context.model ?? context.out, LINK);
  return existsSync(link) ? linkedDataset(link) : undefined;
}

const datasetLink = open<{ readonly dataset: string }>({ dataset: textLike(/./, 'the path of a folder') });

/** @throws JepaError 'corrupt' when the file is not `{ dataset: <folder> }`. */
function linkedDataset(link: string): string {
  try {
    return parseFile(datasetLink, readText(link), LINK).dataset;
  } catch (error) {
    const message = `${link} must be JSON that names the dataset of the run, { "dataset": "<folder>" }: ${(error as Error).message}; write it anew, or name the dataset with --data`;
    throw new JepaError('corrupt', message, { link }, { cause: error });
  }
}
