// A recipe of your own, in TypeScript: everything that `jepa run` does, in the world of `ice.ts`: collect episodes, learn them from
// pixels and actions, probe what the embedding knows, plan to goal pictures on held-out tasks, and write a report.
// Run with `npx jepa run examples/08-own-recipe.ts`: some minutes on two cores; `--set model=pldm` chooses another model, and
// `npx jepa list examples/08-own-recipe.ts` tells all that can be set.

import { registerWorld } from 'jepa/envs';
import { worldRecipe } from 'jepa/experiment';
import { ice, springAndDamper } from './ice.ts';

registerWorld({ id: 'ice', summary: 'a puck that glides', make: ice, policies: { expert: springAndDamper } });

export default worldRecipe('ice', {
  summary: 'LeWorldModel learns a gliding puck and plans to goal pictures',
  // A velocity shows in two frames, not in one: clips are long, and plans see two.
  embedDim: 16,
  steps: 700,
  collect: { policy: 'expert', episodes: 400, maxSteps: 60, minSteps: 30, untilGoal: false },
  plan: { history: 2 },
});
