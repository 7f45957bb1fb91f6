// Episodes by several policies in one dataset: which policy records an episode is a function of its index and of the shares alone,
// so that an interrupted collection continues, and whoever has the dataset can tell.

import { type Entries, fits, group, JepaError, listOf, real, type Schema, text } from '../core/index.ts';
import type { DatasetSpec } from '../data/index.ts';
import type { Policy } from '../envs/index.ts';
import { recordedCollection } from './collection.ts';

/** A further policy and its share of the episodes. */
export interface MixedPolicy {
  readonly policy: Policy;
  /** 0 to 1; what the shares leave is the main policy's. */
  readonly share: number;
}

/** What a dataset keeps of a mixture. */
interface RecordedMix {
  readonly policy: string;
  readonly share: number;
}

/** The golden ratio's fraction: its multiples fill every interval evenly, whatever their number. */
const GOLDEN = 0.6180339887498949;

/** Which of the shares an episode falls to, counted from 1; 0 for what they leave. */
export function shareOfEpisode(shares: readonly number[], index: number): number {
  let rest = ((index + 1) * GOLDEN) % 1;
  for (const [i, share] of shares.entries()) {
    if (rest < share) return i + 1;
    rest -= share;
  }
  return 0;
}

/** Throws `usage` unless every share is positive and they are less than 1 together. */
export function checkMix(mix: readonly { readonly share: number }[]): void {
  const all = mix.reduce((sum, { share }) => sum + share, 0);
  if (mix.every(({ share }) => share > 0) && all < 1) return;
  const got = mix.map(({ share }) => share).join(', ');
  throw new JepaError(
    'usage',
    `collect: shares of a mixture must be positive and less than 1 together, so that the main policy has episodes too, got ${got}`,
  );
}

const share: Schema<RecordedMix> = group<RecordedMix>({ policy: text(1), share: real({ above: 0 }) });
const settings: Entries<{ readonly mix: readonly RecordedMix[] }> = { mix: listOf(share) };
const recorded = group<{ readonly mix: readonly RecordedMix[] }>(settings);

/** Of episodes of a dataset those that its main policy recorded; all where it is not mixed. */
export function mainEpisodes(spec: DatasetSpec, episodes: readonly number[]): readonly number[] {
  const collection = recordedCollection(spec);
  const mix = collection !== undefined && 'mix' in collection ? { mix: collection.mix } : undefined;
  if (mix === undefined || !fits(recorded, mix)) return episodes;
  const shares = mix.mix.map(({ share }) => share);
  return episodes.filter((index) => shareOfEpisode(shares, index) === 0);
}
