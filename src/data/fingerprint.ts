// What identifies a dataset: the environment, its columns, the lengths of its episodes and the checksum of every column of
// every episode. Not its path, its format, its metadata, or the times of its files.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { asBytes, type EpisodeSource } from './episode.ts';

/** The identity of a dataset; plain JSON, to be kept with what was trained on it. */
export interface DatasetFingerprint {
  readonly env: string;
  /** The columns by name, each with dtype and shape of a row: `action f32 [2]`. */
  readonly columns: readonly string[];
  readonly frameRateHz: number | null;
  readonly episodes: number;
  readonly rows: number;
  /** SHA-256, hexadecimal, over the length and the CRC-32 of each column of each episode, in order. */
  readonly digest: string;
}

/** How a dataset stands to one that was recorded. `grown`: the recorded episodes are its first ones. */
export interface DatasetChange {
  readonly kind: 'same' | 'grown' | 'other';
  /** For people: what is equal or what differs. */
  readonly reason: string;
}

/** A source that may know checksums without reading; `EpisodeReader` is one. */
type Fingerprinted = EpisodeSource & { episodeCrc?(column: string, episode: number): number };

/**
 * The fingerprint of the first `episodes` episodes of a source (default: of all). It is the same for equal content in any
 * format, in any folder, after any copy, and another when an episode is changed, added or removed. Our store gives its
 * checksums from the index; of other sources everything is read.
 *
 * @example
 * const store = openStore('data/two-room');
 * const { digest } = datasetFingerprint(store);
 */
export function datasetFingerprint(
  source: Fingerprinted,
  episodes: number = source.episodes.length,
): DatasetFingerprint {
  const { spec } = source;
  // By name: the order of columns is no content, and formats do not all keep it.
  const columns = [...spec.columns].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  let rows = 0;
  for (const [index, { row, length }] of source.episodes.slice(0, episodes).entries()) {
    hash.update(`${length}`);
    for (const { name } of columns) {
      const crc = source.episodeCrc?.(name, index) ?? crc32(asBytes(source.read(name, row, length)));
      hash.update(` ${name}:${crc}`);
    }
    hash.update('\n');
    rows += length;
  }
  return {
    env: spec.env,
    columns: columns.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(', ')}]`),
    frameRateHz: spec.frameRateHz ?? null,
    episodes: Math.min(episodes, source.episodes.length),
    rows,
    digest: hash.digest('hex'),
  };
}

/** What differs before the content does, or undefined. */
function difference(recorded: DatasetFingerprint, now: DatasetFingerprint): string | undefined {
  if (now.env !== recorded.env) return `its environment is ${now.env}, the recorded one ${recorded.env}`;
  const missing = recorded.columns.filter((column) => !now.columns.includes(column));
  const added = now.columns.filter((column) => !recorded.columns.includes(column));
  if (missing.length > 0 || added.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
      ...(added.length > 0 ? [`it has ${added.join(', ')} besides`] : []),
    ];
    return `its columns differ: ${parts.join(', ')}`;
  }
  if (now.frameRateHz !== recorded.frameRateHz) {
    return `its frame rate is ${now.frameRateHz ?? 'unknown'}, the recorded one ${recorded.frameRateHz ?? 'unknown'}`;
  }
  if (now.episodes < recorded.episodes) {
    return `it has ${now.episodes} episodes, the recorded one ${recorded.episodes}`;
  }
  if (now.rows !== recorded.rows) {
    return `its first ${recorded.episodes} episodes have ${now.rows} rows, the recorded ones ${recorded.rows}`;
  }
  if (now.digest !== recorded.digest) return `the content of its first ${recorded.episodes} episodes differs`;
  return undefined;
}

/**
 * Compares a dataset with the fingerprint of one that was recorded: the same, the same with more episodes behind (a
 * collection that was continued), or another one.
 *
 * @example
 * const { kind, reason } = compareDataset(checkpoint.dataset, openStore('data/two-room'));
 * if (kind === 'other') throw new Error(reason);
 */
export function compareDataset(recorded: DatasetFingerprint, source: Fingerprinted): DatasetChange {
  const differs = difference(recorded, datasetFingerprint(source, recorded.episodes));
  if (differs !== undefined) return { kind: 'other', reason: differs };
  const added = source.episodes.length - recorded.episodes;
  if (added === 0) return { kind: 'same', reason: `it holds the same ${recorded.episodes} episodes` };
  return {
    kind: 'grown',
    reason: `its first ${recorded.episodes} episodes are the recorded ones, ${added} more follow`,
  };
}
