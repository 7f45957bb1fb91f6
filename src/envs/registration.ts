// What a world tells the registry: a name, how it is made, and the policies that come with it.

import type { WorldCheckOptions } from './check-world.ts';
import type { Env, Policy } from './env.ts';
import type { EnvOptions } from './world.ts';

/** A world under a name. What evaluations need to know of it is in its own `spec.declares`. */
export interface WorldRegistration {
  /** Letters, digits, `-`, `_` and `.`, beginning with a letter or digit; the `spec.id` of what `make` makes. */
  readonly id: string;
  /** One sentence for people. */
  readonly summary: string;
  /** Makes a world that shares nothing with others, at the asked picture size. */
  readonly make: (options?: EnvOptions) => Env;
  /** What must be awaited before `make` works; absent in worlds that need nothing. */
  readonly prepare?: () => Promise<void>;
  /** Policies by the name that each carries; `random` is always there. */
  readonly policies?: Readonly<Record<string, () => Policy>>;
  /** How the laws of worlds are checked before an experiment: laws that it does not keep, with the reason, and `together`. */
  readonly check?: Pick<WorldCheckOptions, 'skip' | 'together'>;
}
