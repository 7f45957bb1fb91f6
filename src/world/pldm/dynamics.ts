// PLDM on the network of LeWorldModel at work: imagined and scored as LeWorldModel is.

import { type Dynamics, defineDynamics } from '../dynamics.ts';
import { trajectoryCost } from '../eb-jepa/eb-jepa.ts';
import { leWmGraphs, leWmSizes } from '../le-wm/dynamics.ts';
import { type Pldm, type PldmConfig, pldm } from './pldm.ts';

/** The graphs of a PLDM. Plans are scored by the squared distance to the goal, of the last embedding or of all, see `cost`. */
export function pldmDynamics(config: PldmConfig, name = 'pldm'): Dynamics {
  const graphs = leWmGraphs(config, name);
  return defineDynamics<Pldm>(leWmSizes(config, name), pldm(config), {
    ...graphs,
    cost: config.cost === 'all' ? (_, imagined, goal) => trajectoryCost(imagined, goal) : graphs.cost,
  });
}
