// The model that is told the true state as a kind of world model.

import { listOf, optional, whole } from '../../core/index.ts';
import { planCostSchema } from '../../plan/index.ts';
import { type AnyWorldKind, defineWorldKind } from '../kind.ts';
import { fittedNumbers, readNumbersSchema } from '../standardise.ts';
import { bodyFrameSchema } from './body-frame.ts';
import { stateWorldDynamics } from './dynamics.ts';
import { stateWorldMethod } from './method.ts';
import type { StateWorldConfig } from './state-world.ts';

/** The state model. */
export const stateWorldKind: AnyWorldKind = defineWorldKind<StateWorldConfig>({
  name: 'state',
  settings: {
    stateDim: whole(),
    numbers: readNumbersSchema,
    angles: optional(listOf(whole(0))),
    actionDim: whole(),
    perStep: optional(whole()),
    frame: optional(bodyFrameSchema),
    hidden: listOf(whole(), 1),
    goalAt: optional(listOf(whole(0), 1)),
    cost: optional(planCostSchema),
  },
  dynamics: (config) => stateWorldDynamics(config),
  method: stateWorldMethod,
  columns: () => ['state'],
  fit: (config, statistics) => ({ ...config, numbers: fittedNumbers(config.numbers, statistics('state')) }),
});
