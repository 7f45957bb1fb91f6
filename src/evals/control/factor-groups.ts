// Which factors of a world can be varied while its tasks stay the tasks they are.

import type { EnvSpec, Factor } from '../../envs/index.ts';
import { isScenery } from '../world-model/things.ts';

/** Factors that are varied, by the name of their group, and those that are not, with the reason. */
export interface FactorGroups {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly excluded: readonly { readonly factor: string; readonly why: string }[];
}

/** Why varying a factor would change the task: start or goal are bound to it. Undefined where it would not. */
export function taskItself(name: string, { binding }: Factor): string | undefined {
  if (binding?.vector === 'goal') return 'it is the goal, which the task gives';
  return binding !== undefined && !isScenery(name) ? 'it is part of the start, which the task gives' : undefined;
}

function whyNot({ factors }: EnvSpec, name: string, factor: Factor): string | undefined {
  const itself = taskItself(name, factor);
  if (itself !== undefined) return itself;
  const first = name.split('.')[0];
  if (first === 'task') return 'it says how tasks are drawn, not what the world is';
  if (name.endsWith('.seed')) return 'it is the seed of noise';
  if (first === 'target' && factors['rendering.render_target']?.initial === 0) return 'the target is not drawn';
  return undefined;
}

/**
 * Each factor of a world as a group of its own, but for those that are the task itself: start and goal come from recorded
 * states. Walls and doors that are part of the state are varied, in start and goal alike.
 */
export function factorGroups(spec: EnvSpec): FactorGroups {
  const groups: Record<string, readonly string[]> = {};
  const excluded: { factor: string; why: string }[] = [];
  for (const [name, factor] of Object.entries(spec.factors)) {
    const why = whyNot(spec, name, factor);
    if (why === undefined) groups[name] = [name];
    else excluded.push({ factor: name, why });
  }
  return { groups, excluded };
}
