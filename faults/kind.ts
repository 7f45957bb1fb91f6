// What a kind of fault is: a name, and cases that follow from a key. A case does something bad to the program and says how the
// program took it.

import type { Key } from '../src/core/index.ts';

/**
 * How a case ended. `survived`: the right result, or a refusal in words. `silent`: a wrong result without a word. `stack`: an
 * internal fault, or a process that died of it. `hang`: no end within the limit. `unclear`: a refusal that leaves the user
 * without the file, the setting or a remedy, or that cannot be taken up again.
 */
export type Outcome = 'survived' | 'silent' | 'stack' | 'hang' | 'unclear';

/** How one case ended, and why, when it did not survive. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly why?: string;
  /** Milliseconds until the program had stopped, where a case measures that. */
  readonly stopMs?: number;
}

/** One fault. `dir` is an empty folder of its own. */
export interface Case {
  readonly name: string;
  run(dir: string): Promise<Verdict>;
}

/** One kind of fault. */
export interface Kind {
  readonly name: string;
  /** Cases of the short form and of the full form; Infinity for all there are. */
  readonly short: number;
  readonly full: number;
  /** At most about `count` cases, drawn with `key`; `dir` is a folder for what they share. */
  cases(key: Key, count: number, dir: string): Promise<readonly Case[]>;
}

export const survived: Verdict = { outcome: 'survived' };

/** A verdict with its reason. */
export function failed(outcome: Exclude<Outcome, 'survived'>, why: string): Verdict {
  return { outcome, why };
}
