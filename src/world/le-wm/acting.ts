// What a world model is conditioned on.

import type { Condition } from '../../jepa/index.ts';

/** The condition of a world model: what was done between frames. */
export type Acting = Extract<Condition, { readonly kind: 'action' }>;
