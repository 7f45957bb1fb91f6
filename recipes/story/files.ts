// Files of a story: JSON that may hold numbers without a value, figures, and the metrics of its models.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { writeFileAtomic } from '../../src/data/node.ts';
import { escapeHtml } from '../../src/report/index.ts';
import type { MetricsLine } from '../../src/run/index.ts';
import { makeFolder, readMetrics } from '../../src/run/node.ts';
import { modelDir } from './job.ts';
import type { StoryJob } from './variants.ts';

/** Writes a file whole or not at all, with its folders. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  makeFolder(dirname(path));
  writeFileAtomic(path, [bytes]);
}

/** The value of a JSON file, made by `make` and written when it is not there. */
export async function remembered<T>(path: string, make: () => Promise<T>): Promise<T> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as T;
  const value = await make();
  writeBytes(path, new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  return value;
}

const TYPES: Readonly<Record<string, string>> = { '.png': 'image/png', '.gif': 'image/gif', '.svg': 'image/svg+xml' };

/** Writes `media/<name>` and returns it as an image that stands in the page itself. */
export function writeFigure(out: string, name: string, bytes: Uint8Array, alt: string): string {
  writeBytes(join(out, 'media', name), bytes);
  const data = Buffer.from(bytes).toString('base64');
  return `<img src="data:${TYPES[extname(name)]};base64,${data}" alt="${escapeHtml(alt)}" style="max-width:100%">`;
}

/** The metrics of a trained model. */
export function metricsOf(out: string, job: StoryJob): readonly MetricsLine[] {
  return readMetrics(join(modelDir(out, job), 'metrics.jsonl'));
}
