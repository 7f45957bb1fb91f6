// PLDM on the network of LeWorldModel at work: imagined and scored as LeWorldModel is.

import { planCost } from '../../plan/index.ts';
import { type Dynamics, defineDynamics } from '../dynamics.ts';
import { leWmGraphs, leWmSizes } from '../le-wm/dynamics.ts';
import type { InverseLeWm } from '../le-wm/with-inverse.ts';
import { type PldmConfig, pldm } from './pldm.ts';

/** The graphs of a PLDM. */
export function pldmDynamics(config: PldmConfig, name = 'pldm'): Dynamics {
  const cost = planCost(config.cost ?? 'last', config.embedDim);
  return defineDynamics<InverseLeWm>(leWmSizes(config, name), pldm(config), leWmGraphs(config, name), cost);
}
