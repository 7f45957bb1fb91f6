// A kind of world model as one value: its name, its configuration, its graphs, its method, what it is fed. Recipes, model files
// and the command line hold a configuration with the kind's name in it and ask the kind; nothing else knows which kind it is.
// Legend: B clips, T frames.

import { check, type Entries, group, JepaError, oneOf, type Schema } from '../core/index.ts';
import type { JepaSpec } from '../jepa/index.ts';
import type { PixelNormalisation, VitConfig } from '../nn/index.ts';
import type { HostArray } from '../tensor/index.ts';
import type { Dynamics } from './dynamics.ts';
import type { ClipSize } from './le-wm/method.ts';

/** A configuration of any kind: plain data. */
export interface WorldConfig {
  readonly kind: string;
  readonly [setting: string]: unknown;
}

/** Clips of a dataset. */
export interface Clips {
  /** u8 [B, T, H, W, 3] */
  readonly pixels: Uint8Array;
  /** Normalised blocks [B, T, A]. */
  readonly action: Float32Array;
  /** Other columns, raw, [B, T, width]. */
  readonly columns: Readonly<Record<string, Float32Array>>;
}

/** Mean and deviation of each number of a column over the training data. */
export interface ColumnStatistics {
  readonly mean: ArrayLike<number>;
  readonly std: ArrayLike<number>;
}

/** A vision transformer that somebody trained. */
export interface TrainedEncoder {
  readonly config: VitConfig;
  readonly normalisation: PixelNormalisation;
}

/** One kind of world model, whose configuration is `C`. */
export interface WorldKind<C extends object> {
  readonly name: string;
  /** The keys of the configuration, `kind` left out. */
  readonly settings: Entries<C>;
  dynamics(config: C): Dynamics;
  /** The method on clips of a size. */
  method(config: C, clips: ClipSize): JepaSpec<unknown>;
  /** Host arrays of inputs that its method has besides `pixels`, `frames` (the same), `actions` and `states` (the column `state`). */
  feed?(config: C, clips: Clips, input: string): HostArray | undefined;
  /** Columns of a dataset that training reads besides pixels and actions. @default none */
  columns?(config: C): readonly string[];
  /** The configuration with statistics of the training data in it. @default as it is */
  fit?(config: C, statistics: (column: string) => ColumnStatistics): C;
  /** The configuration for pictures of another side in pixels. @default as it is */
  sized?(config: C, imageSize: number): C;
  /** For models on an encoder that others trained: where it comes from, and the configuration with it. */
  readonly frozen?: {
    /** The folder of a run, or a checkpoint; undefined for an encoder that was never trained. */
    from(config: C): string | undefined;
    with(config: C, encoder: TrainedEncoder): C;
  };
  /** The vision transformer that it trains, its parameters called `encoder.*`, for models on frozen encoders. @default none */
  encoder?(config: C): TrainedEncoder | undefined;
}

/** A configuration of a kind, at hand for whoever need not know the kind. */
export interface WorldForm {
  readonly config: WorldConfig;
  dynamics(): Dynamics;
  method(clips: ClipSize): JepaSpec<unknown>;
  /** The host array of an input of the method. Throws `usage` for one that nothing feeds. */
  feed(clips: Clips, input: string): HostArray;
  readonly columns: readonly string[];
  fitted(statistics: (column: string) => ColumnStatistics): WorldForm;
  /** For pictures of another side in pixels. */
  sized(imageSize: number): WorldForm;
  /** Where its frozen encoder comes from: null for a kind that has none, undefined for one that was never trained. */
  readonly frozenFrom: string | undefined | null;
  withEncoder(encoder: TrainedEncoder): WorldForm;
  readonly encoder: TrainedEncoder | undefined;
}

/** A kind as the registry holds it: its configuration's type stays within. */
export interface AnyWorldKind {
  readonly name: string;
  /** Describes whole configurations, `kind` included. */
  readonly schema: Schema<WorldConfig>;
  /** Throws `usage` when the configuration is not as the schema describes it. */
  world(config: WorldConfig): WorldForm;
}

/** What `sized` of a kind with one encoder is. */
export function resizedEncoder<C extends { readonly encoder: { readonly imageSize: number } }>(
  config: C,
  imageSize: number,
): C {
  return { ...config, encoder: { ...config.encoder, imageSize } };
}

function isNamed<C extends object>(config: C): config is C & WorldConfig {
  return 'kind' in config;
}

/** A kind for the registry. */
export function defineWorldKind<C extends object>(kind: WorldKind<C>): AnyWorldKind {
  const schema = group<C & WorldConfig>({ kind: oneOf([kind.name]), ...kind.settings } as Entries<C & WorldConfig>);
  const plain: Readonly<Record<string, (clips: Clips) => HostArray | undefined>> = {
    pixels: ({ pixels }) => pixels,
    frames: ({ pixels }) => pixels,
    actions: ({ action }) => action,
    states: ({ columns }) => columns.state,
  };
  const world = (config: C & WorldConfig): WorldForm => ({
    config,
    dynamics: () => kind.dynamics(config),
    method: (clips) => kind.method(config, clips),
    feed(clips, input) {
      const fed = kind.feed?.(config, clips, input) ?? plain[input]?.(clips);
      if (fed !== undefined) return fed;
      throw new JepaError(
        'usage',
        `${kind.name}: nothing feeds the input '${input}' of its method; give the kind a feed for it`,
      );
    },
    columns: kind.columns?.(config) ?? [],
    fitted: (statistics) => (kind.fit === undefined ? world(config) : again(config, kind.fit(config, statistics))),
    sized: (imageSize) => (kind.sized === undefined ? world(config) : again(config, kind.sized(config, imageSize))),
    frozenFrom: kind.frozen === undefined ? null : kind.frozen.from(config),
    withEncoder: (encoder) =>
      kind.frozen === undefined ? world(config) : again(config, kind.frozen.with(config, encoder)),
    encoder: kind.encoder?.(config),
  });
  const again = (before: C & WorldConfig, config: C): WorldForm =>
    world(isNamed(config) ? config : { ...config, kind: before.kind });
  return {
    name: kind.name,
    schema: schema as Schema<WorldConfig>,
    world: (config) => world(check(schema, config)),
  };
}
