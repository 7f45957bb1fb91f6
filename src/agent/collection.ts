// What a collection depends on, recorded in the dataset, so that it is continued with the same or not at all.

import { JepaError, type Key } from '../core/index.ts';
import type { DatasetSpec } from '../data/index.ts';
import type { EnvSpec, FactorValue } from '../envs/index.ts';

/** The numbers of a factor of variation. */
interface RecordedFactor {
  readonly kind: string;
  readonly low: number;
  readonly high: number;
  readonly initial: FactorValue;
}

/** Everything that decides what episode k of a collection is. Plain JSON, in the dataset's metadata as `collection`. */
export interface CollectionRecord {
  readonly key: Key;
  readonly policy: string;
  readonly env: string;
  readonly imageSize: number;
  readonly actionBounds: readonly [number, number];
  readonly maxSteps: number;
  readonly minSteps: number;
  readonly untilGoal: boolean;
  readonly factors: Readonly<Record<string, RecordedFactor>>;
  /** Other policies that record a share of the episodes each; absent where there is one. */
  readonly mix?: readonly { readonly policy: string; readonly share: number }[];
}

/** The record of a collection in a world of this spec. */
export function collectionRecord(
  spec: EnvSpec,
  {
    key,
    policy,
    maxSteps,
    minSteps,
    untilGoal,
    mix = [],
  }: Pick<CollectionRecord, 'key' | 'policy' | 'maxSteps' | 'minSteps' | 'untilGoal' | 'mix'>,
): CollectionRecord {
  const factors = Object.entries(spec.factors).map(([name, { kind, low, high, initial }]): [string, RecordedFactor] => [
    name,
    { kind, low, high, initial },
  ]);
  return {
    key,
    policy,
    env: spec.id,
    imageSize: spec.imageSize,
    actionBounds: [spec.actionLow, spec.actionHigh],
    maxSteps,
    minSteps,
    untilGoal,
    factors: Object.fromEntries(factors),
    ...(mix.length === 0 ? {} : { mix }),
  };
}

/** Paths of a record with their values: `factors.ball.speed.low`. */
function flat(value: unknown, path = ''): Map<string, string> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return new Map([[path, JSON.stringify(value) ?? 'nothing']]);
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [...flat(inner, path === '' ? name : `${path}.${name}`)]),
  );
}

/** The record in a dataset's metadata, undefined where it has none. */
export function recordedCollection({ metadata = {} }: DatasetSpec): object | undefined {
  const { collection } = metadata;
  return typeof collection === 'object' && collection !== null ? collection : undefined;
}

/**
 * Refuses to continue the dataset in `dir` with anything else than it was collected with.
 *
 * @throws JepaError 'usage', naming each difference; 'data' when the dataset does not say what it was collected with
 */
export function checkSameCollection(dir: string, spec: DatasetSpec, now: CollectionRecord): void {
  const before = recordedCollection(spec);
  if (before === undefined) {
    throw new JepaError(
      'data',
      `collect: ${dir} does not say with which key, policy and limits it was collected, so it cannot be continued; ` +
        'collect into another folder',
      { dir },
    );
  }
  const [was, is] = [flat(before), flat(now)];
  const differences = [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path))
    .map((path) => `${path} was ${was.get(path) ?? 'nothing'} and is ${is.get(path) ?? 'nothing'}`);
  if (differences.length === 0) return;
  throw new JepaError(
    'usage',
    `collect: ${dir} was collected otherwise than it would be continued: ${differences.join(', ')}` +
      `${differences.some((d) => d.startsWith('key ')) ? ' (the key follows from the seed)' : ''}; ` +
      'continue with what was recorded, or choose another folder',
    { dir, differences },
  );
}
