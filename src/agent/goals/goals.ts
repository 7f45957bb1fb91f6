// The goals of an agent at work: one, or several in order with the place where it is among them.
// Legend: D embedding width.

import { JepaError } from '../../core/index.ts';
import { type Aim, type AimMaker, aimOf } from './aim.ts';
import type { GoalWarning } from './check.ts';
import { type Goal, type GoalProgress, stagesOf } from './goal.ts';

/** What the agent is after. */
export interface Goals {
  /** The present one. */
  aim(): Aim;
  progress(): GoalProgress;
  readonly warnings: readonly GoalWarning[];
  /**
   * Moves on from every goal of a sequence that the present embedding [D], asked for only where there is a sequence, has reached.
   * The last one stays, reached or not. True when the goal is another one now.
   */
  advance(embed: () => Promise<Float32Array>): Promise<boolean>;
  /** Back to the first. */
  restart(): void;
}

/**
 * A goal, checked whole, so that nothing is found out on the way.
 *
 * @throws JepaError as `aimOf` and `stagesOf`; 'usage' for a goal of a sequence, but the last, that does not say when it is reached
 */
export function goalsOf(
  goal: Goal,
  makerOf: (warn: (warning: GoalWarning) => void) => AimMaker,
  onWarning: (warning: GoalWarning) => void = () => {},
): Goals {
  const warnings: GoalWarning[] = [];
  const maker = makerOf((warning) => {
    warnings.push(warning);
    onWarning(warning);
  });
  const stages = stagesOf(goal, 'setGoal');
  const aims = stages.map((stage, i) => {
    const where = stages.length === 1 ? 'setGoal' : `setGoal: goal ${i} of the sequence`;
    const aim = aimOf(stage, maker, where);
    if (aim.reached === undefined && i < stages.length - 1)
      throw new JepaError(
        'usage',
        `${where}: must say when it is reached, for the next one to follow; give it ${'cost' in stage.goal ? 'until, a region' : 'within, a distance of embeddings'}`,
        { goal: i },
      );
    return aim;
  });
  let at = 0;
  let done = false;
  return {
    warnings,
    aim: () => aims[at]!,
    progress: () => ({ goal: at, goals: aims.length, done }),
    async advance(embed) {
      if (aims.length === 1 || done) return false;
      const embedding = await embed();
      const before = at;
      while (await aims[at]!.reached?.(embedding)) {
        done = at === aims.length - 1;
        if (done) break;
        at++;
      }
      return at !== before;
    },
    restart() {
      at = 0;
      done = false;
    },
  };
}
