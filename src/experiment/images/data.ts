// The images of an experiment.

import { type Cifar10, openCifar10 } from '../../images/node.ts';
import type { RunContext } from '../recipe.ts';
import { rememberDataset, rememberedDataset } from '../run-files.ts';
import type { ImageExperiment } from './config.ts';

/** Opens train and test images, and says what was left out. */
export async function openData(config: ImageExperiment, context: RunContext): Promise<Cifar10> {
  const { size, skipCorrupt } = config.data;
  rememberDataset(context);
  const sets = await openCifar10(rememberedDataset(context), { size, skipCorrupt });
  for (const set of [sets.train, sets.test]) {
    if (set.skipped.length === 0) continue;
    context.log(`${set.name}: ${set.skipped.length} corrupt images left out, the first ${set.skipped[0]!.where}`);
  }
  return sets;
}

/** `count` numbers spread evenly over 0 .. total - 1; all of them when `count` is null or not smaller. */
export function spread(total: number, count: number | null): Int32Array {
  if (count === null || count >= total) return Int32Array.from({ length: total }, (_, i) => i);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
}
