// What differs between two runs: their configurations, setting by setting.

import { isRecord } from './json.ts';

/**
 * The settings in which `other` differs from `base`, by dotted path, with their values in `other`; one that `other` lacks is
 * null. Lists are compared as a whole.
 *
 * @example
 * configDifferences({ train: { lr: 0.1, steps: 9 } }, { train: { lr: 0.2, steps: 9 } }); // { 'train.lr': 0.2 }
 */
export function configDifferences(base: unknown, other: unknown): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const visit = (a: unknown, b: unknown, path: string): void => {
    if (isRecord(a) && isRecord(b)) {
      for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
        visit(a[name], b[name], path === '' ? name : `${path}.${name}`);
      }
    } else if (JSON.stringify(a) !== JSON.stringify(b)) found[path] = b ?? null;
  };
  visit(base, other, '');
  return found;
}
