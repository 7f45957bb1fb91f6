// The episodes of a control experiment, with what was trained on and what was not. A model's split, its normaliser and the
// fingerprint of its dataset stand in its checkpoint and are read from there, so that nothing that was trained on is evaluated,
// whatever seed is given or however the dataset has grown.

import { join } from 'node:path';
import {
  type Entries,
  fits,
  group,
  JepaError,
  listOf,
  optional,
  orNull,
  real,
  type Schema,
  text,
  whole,
} from '../../core/index.ts';
import { ACTION, fitNormaliser, type Normaliser, type Split, splitEpisodes } from '../../data/index.ts';
import {
  compareDataset,
  type DatasetFingerprint,
  datasetFingerprint,
  type EpisodeLocation,
  type EpisodeReader,
  locateEpisodes,
  openEpisodes,
} from '../../data/node.ts';
import { type Checkpoint, latestCheckpoint } from '../../run/node.ts';
import { keyFor } from '../keys.ts';
import type { RunContext } from '../recipe.ts';
import { rememberedDataset } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';

/** The dataset with its split and the action normaliser fitted on the training episodes. */
export interface ExperimentData {
  readonly location: EpisodeLocation;
  readonly store: EpisodeReader;
  readonly split: Split;
  readonly actions: Normaliser;
}

/** What a checkpoint keeps of its data. */
interface RecordedData {
  readonly split: Split;
  readonly actions: Normaliser;
  /** Absent in checkpoints from before November 2026. */
  readonly dataset?: DatasetFingerprint;
}

const episodes: Schema<readonly number[]> = listOf(whole(0));
const recordedSettings: Entries<RecordedData> = {
  split: group<Split>({ train: episodes, val: episodes, test: episodes }),
  actions: group<Normaliser>({
    column: text(1),
    mean: listOf(real(), 1),
    std: listOf(real({ above: 0 }), 1),
    rows: whole(0),
    constant: listOf(whole(0)),
  }),
  dataset: optional(
    group<DatasetFingerprint>({
      env: text(),
      columns: listOf(text()),
      frameRateHz: orNull(real()),
      episodes: whole(),
      rows: whole(),
      digest: text(1),
    }),
  ),
};
const recorded: Schema<RecordedData> = group<RecordedData>(recordedSettings);

/** The dataset folder: the one the user gives now, the one given when the run was trained, else inside the run. */
export function datasetDir(context: RunContext): string {
  return rememberedDataset(context) ?? join(context.model ?? context.out, 'dataset');
}

function open(config: ControlExperiment, context: RunContext): Pick<ExperimentData, 'location' | 'store'> {
  const location = locateEpisodes(datasetDir(context));
  const store = openEpisodes(location);
  const size = store.spec.columns.find((c) => c.name === 'pixels')?.shape[0];
  const blind = size === undefined && config.collect.pictures === false;
  if (store.spec.env === config.env.id && (blind || size === config.env.imageSize)) return { location, store };
  store.close();
  throw new JepaError(
    'data',
    `dataset ${location.path} is of ${store.spec.env} with ${size === undefined ? 'no' : `${size}-pixel`} frames, the configuration asks for ${config.env.id} with ${config.env.imageSize}; collect again or set env.imageSize`,
  );
}

/** The data that a run of this seed trains on, drawn anew; where the run has a checkpoint, the data of that. */
export function trainingData(config: ControlExperiment, context: RunContext): ExperimentData {
  const checkpoint = context.resume ? latestCheckpoint(context.out, () => {}) : null;
  if (checkpoint !== null) return trainedData(config, context, checkpoint);
  const { location, store } = open(config, context);
  const split = splitEpisodes(store.episodes.length, config.data.split, keyFor(context, 'split'));
  return { location, store, split, actions: fitNormaliser(store, ACTION, split.train) };
}

/**
 * The data of a model that was trained: split and normaliser of its checkpoint, on the dataset that it was trained on. One that
 * has grown since is used as it was.
 *
 * @throws JepaError `data` when the dataset is another one, naming what differs; `checkpoint` when the checkpoint does not say
 */
export function trainedData(
  config: ControlExperiment,
  context: RunContext,
  { path, metadata }: Pick<Checkpoint, 'path' | 'metadata'>,
): ExperimentData {
  const { split, actions, dataset } = metadata;
  const said = { split, actions, ...(dataset === undefined ? {} : { dataset }) };
  if (!fits(recorded, said)) {
    throw new JepaError(
      'checkpoint',
      `${path} must say split and actions of its data in its header, so that nothing trained on is evaluated; train with this recipe`,
      { path },
    );
  }
  const { location, store } = open(config, context);
  try {
    requireSame(location.path, store, said, context);
  } catch (error) {
    store.close();
    throw error;
  }
  return { location, store, split: said.split, actions: said.actions };
}

function requireSame(dir: string, store: EpisodeReader, said: RecordedData, { log }: RunContext): void {
  const remedy = 'give the dataset of the training with --data';
  if (said.dataset === undefined) {
    const count = said.split.train.length + said.split.val.length + said.split.test.length;
    if (count > store.episodes.length) {
      throw new JepaError(
        'data',
        `dataset ${dir} has ${store.episodes.length} episodes, the model was split over ${count}; ${remedy}`,
      );
    }
    log(
      `the checkpoint keeps no fingerprint of its dataset: ${dir} is taken for it by the count of its episodes alone`,
    );
    return;
  }
  const { kind, reason } = compareDataset(said.dataset, store);
  if (kind === 'other') {
    throw new JepaError('data', `dataset ${dir} is not the one that the model was trained on: ${reason}; ${remedy}`, {
      dir,
    });
  }
  if (kind === 'grown') log(`dataset ${dir} has grown since the training: ${reason}; these are left out`);
}

/** What the checkpoint of a training keeps of its data. */
export function dataRecord({ store, split, actions }: ExperimentData): RecordedData {
  const count = split.train.length + split.val.length + split.test.length;
  return { split, actions, dataset: datasetFingerprint(store, count) };
}
