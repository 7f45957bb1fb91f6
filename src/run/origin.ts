// In what results differ from those of their run, for people.

import type { ResultOrigin } from './schema.ts';

/**
 * One phrase for each difference.
 *
 * @example
 * originWords({ settings: { 'plan.horizon': 9 }, seed: 3, command: '' }); // ['plan.horizon=9', 'seed 3']
 */
export function originWords({ settings, seed, checkpoint }: ResultOrigin): string[] {
  return [
    ...Object.entries(settings).map(([path, value]) => `${path}=${JSON.stringify(value)}`),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(checkpoint === undefined ? [] : [`after step ${checkpoint}`]),
  ];
}
