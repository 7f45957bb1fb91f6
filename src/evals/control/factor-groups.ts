// Which factors of a world can be varied while its tasks stay the tasks they are.

import type { EnvSpec } from '../../envs/index.ts';
import { isScenery } from '../world-model/things.ts';

/** Factors that are varied, by the name of their group, and those that are not, with the reason. */
export interface FactorGroups {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly excluded: readonly { readonly factor: string; readonly why: string }[];
}

/** Why varying a factor would change the task: start or goal are bound to it. Undefined where it would not. */
export function taskItself(spec: EnvSpec, name: string): string | undefined {
  const { binding } = spec.factors[name]!;
  if (binding?.vector === 'goal') return 'it is the goal, which the task gives';
  return binding !== undefined && !isScenery(spec, name) ? 'it is part of the start, which the task gives' : undefined;
}

function whyNot(spec: EnvSpec, name: string): string | undefined {
  const itself = taskItself(spec, name);
  if (itself !== undefined) return itself;
  if (name.startsWith('task.')) return 'it says how tasks are drawn, not what the world is';
  if (name.endsWith('.seed')) return 'it is the seed of noise';
  return spec.declares?.notVaried?.[name];
}

/**
 * Each factor of a world as a group of its own, but for those that are the task itself: start and goal come from recorded
 * states. Walls and doors that are part of the state are varied, in start and goal alike.
 */
export function factorGroups(spec: EnvSpec): FactorGroups {
  const groups: Record<string, readonly string[]> = {};
  const excluded: { factor: string; why: string }[] = [];
  for (const name of Object.keys(spec.factors)) {
    const why = whyNot(spec, name);
    if (why === undefined) groups[name] = [name];
    else excluded.push({ factor: name, why });
  }
  return { groups, excluded };
}
