// Draws of cases from lists.

import { type Key, permutation } from '../src/core/index.ts';

/** `count` of the items, each at most once, in their order; all of them when there are no more. */
export function sample<T>(key: Key, items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  const chosen = [...permutation(key, items.length)].slice(0, count).sort((a, b) => a - b);
  return chosen.map((i) => items[i]!);
}
