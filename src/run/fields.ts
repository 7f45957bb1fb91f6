// Kinds of values that only the files of a run have.

import * as v from 'valibot';
import type { Schema } from '../core/index.ts';
import type { Instruments } from './schema.ts';

/** A number; null stands for one that is not finite and is read as NaN. */
export const number: Schema<number> = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
) as Schema<number>;

/** Four numbers in a list. */
export function fourNumbers(): Schema<readonly [number, number, number, number]> {
  return v.tuple([number, number, number, number]) as unknown as Schema<readonly [number, number, number, number]>;
}

const ALARM = 'alarm.';
const NAMED = [
  ...['sigreg', 'samples', 'effectiveRank', 'dim', 'pooledStd', 'minStd', 'unexplained', 'copyLastRatio', 'knn'],
  'alarms',
] as const;

/** The instruments of a metrics line; alarms, written as `alarm.<CODE>`, are gathered under `standing`, too. */
export function instrumentsOf(): Schema<Instruments> {
  const entries = Object.fromEntries(NAMED.map((name) => [name, v.exactOptional(number)]));
  return v.pipe(
    v.looseObject(entries as v.ObjectEntries),
    v.transform((values: Record<string, unknown>) => {
      const alarms = Object.entries(values).filter(([name]) => name.startsWith(ALARM));
      if (alarms.length === 0) return values;
      const standing = alarms.map(([name, value]) => [name.slice(ALARM.length), value ?? Number.NaN]);
      return { ...values, standing: Object.fromEntries(standing) };
    }),
  ) as unknown as Schema<Instruments>;
}
