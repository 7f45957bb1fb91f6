// The format of this package's own store, as a format among others.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { DATASET_FILE } from '../store/dataset-file.ts';
import { openStore } from '../store/reader.ts';
import { createStore } from '../store/writer.ts';
import type { EpisodeFormat, EpisodeLocation } from './format.ts';
import { checkFormatOptions } from './options.ts';

/** The size of shards, from the options of a location. */
function shardBytesOf({ format, options = {} }: EpisodeLocation): number | undefined {
  const { shardBytes } = options;
  if (shardBytes === undefined || typeof shardBytes === 'number') return shardBytes;
  throw new JepaError('usage', `${format}: shardBytes must be a number, got ${JSON.stringify(shardBytes)}`, options);
}

/** `jepa-episodes`: the store of `createStore` and `openStore`. Option when creating: `shardBytes`. */
export const ownStore: EpisodeFormat = {
  name: 'jepa-episodes',
  about: `a folder with ${DATASET_FILE}`,
  detect: (path) => existsSync(join(path, DATASET_FILE)),
  open(location) {
    checkFormatOptions(location, []);
    return openStore(location.path);
  },
  create(location, spec) {
    checkFormatOptions(location, ['shardBytes']);
    const shardBytes = shardBytesOf(location);
    return createStore(location.path, spec, shardBytes === undefined ? {} : { shardBytes });
  },
};
