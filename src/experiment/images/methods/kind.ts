// An image method as one value: its name, its settings, how many views it takes, its specification, and what it is fed. Nothing
// else knows which method it is.

import { check, type Entries, group, JepaError, type Key, oneOf, type Schema } from '../../../core/index.ts';
import type { ImageBatch } from '../../../images/node.ts';
import type { ImageEncoder, JepaSpec } from '../../../jepa/index.ts';
import type { StepInputs } from '../../../train/index.ts';

/** A method's settings with its name in them: plain data. */
export interface MethodSettings {
  readonly name: string;
  readonly [setting: string]: unknown;
}

/** What an experiment gives to its method. */
export interface MethodInput {
  readonly encoder: ImageEncoder;
  /** Images per step. */
  readonly batch: number;
  /** Side of each view in pixels. */
  readonly views: readonly number[];
  /** Side of an image in pixels. */
  readonly size: number;
  /** Updates in all, for schedules. */
  readonly steps: number;
  readonly classes: number;
  /** Names the masks. */
  readonly key: Key;
}

/** A method and how a batch is fed to it. */
export interface Method {
  readonly spec: JepaSpec<unknown>;
  /** The inputs of a step. Masks are drawn by the experiment's seed and the step. @default `viewsOf` */
  feed?(batch: ImageBatch): StepInputs;
  /** Where the sizes of masks differ from batch to batch: the method at a size, of which `spec` is the first. */
  readonly sized?: SizedMethod;
}

/** A method at the sizes of its masks, plain data. */
export interface SizedMethod {
  readonly first: object;
  spec(size: object): JepaSpec<unknown>;
  sizeOf(batch: ImageBatch): object;
}

/** One image method, whose settings are `C`. */
export interface ImageMethod<C extends object> {
  readonly name: string;
  readonly settings: Entries<C>;
  /** Fewest and most views of an image. */
  readonly views: readonly [least: number, most: number];
  /** The deviation below which its embedding counts as constant; more for losses that have a scale. @default 1e-3 */
  readonly leastDeviation?: number;
  /** How many embeddings stand against each other in a contrastive loss on so many images. */
  contrast?(batch: number): number;
  /** Whether it trains; one that does not is its encoder as it is initialised. @default true */
  readonly trains?: boolean;
  method(settings: C, input: MethodInput): Method;
}

/** A method as the registry holds it: the type of its settings stays within. */
export interface AnyImageMethod extends Omit<ImageMethod<object>, 'settings' | 'method'> {
  readonly schema: Schema<MethodSettings>;
  method(settings: MethodSettings, input: MethodInput): Method;
}

/** A method for the registry. */
export function defineImageMethod<C extends object>(method: ImageMethod<C>): AnyImageMethod {
  const { settings, ...rest } = method;
  const schema = group<C & MethodSettings>({ name: oneOf([method.name]), ...settings } as Entries<C & MethodSettings>);
  return {
    ...rest,
    schema: schema as Schema<MethodSettings>,
    method: (given, input) => method.method(check(schema, given), input),
  };
}

/** The views of a batch as inputs `view0`, `view1`, ... */
export function viewsOf(batch: ImageBatch): Record<string, Uint8Array> {
  return Object.fromEntries(batch.views.map((pixels, i) => [`view${i}`, pixels]));
}

/** Patches along a side of the encoder's grid. Throws `usage` for an encoder without patches. */
export function gridOf({ patches }: ImageEncoder): number {
  if (patches === undefined) {
    throw new JepaError('usage', "this method masks patches: set encoder.kind to 'vit'", {});
  }
  return patches.grid;
}
