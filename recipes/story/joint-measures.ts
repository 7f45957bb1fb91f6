// Measures of the trained joint-embedding models, each taken once and kept in `measures/`, because several parts show them.

import { join } from 'node:path';
import { fold } from '../../src/core/index.ts';
import { remembered } from './files.ts';
import { jobKey, trainingTransitions } from './job.ts';
import { type JointMeasures, measureJoint } from './measure.ts';
import { trainedJoint } from './models.ts';
import type { PartContext } from './part.ts';
import { type JointName, jobName, variants } from './variants.ts';

/** The measures of a model for one seed. */
export function jointMeasures(context: PartContext, variant: JointName, seed: number): Promise<JointMeasures> {
  const { config, out, runtime } = context;
  const job = { variant, seed };
  return remembered(join(out, 'measures', `${jobName(job)}.json`), async () => {
    context.signal.throwIfAborted();
    const model = await trainedJoint(config, out, job, runtime);
    return measureJoint(config, model, variants[variant].noise, seed, {
      transitions: trainingTransitions(config, job),
      fixedNoise: fold(jobKey(job, 'batches'), 'fixed-noise'),
    });
  });
}

/** Mean and range of a number over seeds, for a table. */
export function overSeeds(values: readonly number[], digits = 3): string {
  if (values.length === 0) return '';
  const show = (v: number): string => (Math.abs(v) < 10 ? v.toFixed(digits) : v.toFixed(1));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length === 1) return show(mean);
  return `${show(mean)} <small>${show(Math.min(...values))} to ${show(Math.max(...values))}</small>`;
}

/** The mean of some numbers. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** An HTML table; cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((c) => `<${tag}>${c}</${tag}>`).join('')}</tr>`;
  return `<div class="card scroll" style="margin-top:12px"><table>${row('th', head)}${rows.map((r) => row('td', r)).join('')}</table></div>`;
}

/** A figure with a caption; `image` is HTML. */
export function captioned(image: string, caption: string): string {
  return `<figure class="card" style="margin-top:12px">${image}<figcaption class="after">${caption}</figcaption></figure>`;
}

/** A single chart at the width of half the page. */
export function narrow(chart: string): string {
  return `<div style="max-width:640px;margin-top:12px">${chart}</div>`;
}
