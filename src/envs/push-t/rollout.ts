// An uninterrupted run of Push-T's physics in float64, as the reference's simulator makes it: the impulses of contacts
// live on from one step of control to the next. `Env.step` starts them from zero, because its state does not hold them,
// and rounds the state to float32; the two agree wherever one contact acts at a time.

import { JepaError } from '../../core/index.ts';
import { checkVector } from '../check.ts';
import type { BlockShape } from './block.ts';
import { makeBlock } from './block.ts';
import { AGENT_RADIUS, blockOrigin, control, placeBlock, pushTSpace } from './dynamics.ts';

/** Which block and agent. */
export interface PushTRolloutOptions {
  /** @default 'T' */
  readonly shape?: BlockShape;
  /** @default 30 */
  readonly scale?: number;
  /** @default 40 */
  readonly agentScale?: number;
}

/** Numbers of a state of the reference: agent x, y; block x, y, angle; agent velocity. */
const SIZE = 7;

/**
 * The states [T + 1, 7] (agent x, y; block x, y, angle; agent velocity) of T actions [T, 2] from `start` [7]. Like the
 * reference's `_set_state`, it settles the start by one step of physics, in which the agent drifts by its velocity and
 * an overlap begins to resolve. The angle is not wrapped.
 */
export function pushTRollout(
  start: ArrayLike<number>,
  actions: ArrayLike<number>,
  { shape = 'T', scale = 30, agentScale = 40 }: PushTRolloutOptions = {},
): Float64Array {
  if (start.length !== SIZE || actions.length % 2 !== 0) {
    throw new JepaError(
      'shape',
      `pushTRollout: start must hold ${SIZE} numbers and actions pairs, got ${start.length} and ${actions.length}`,
      {},
    );
  }
  checkVector('pushTRollout', 'start', start, SIZE);
  checkVector('pushTRollout', 'actions', actions, actions.length);
  const block = makeBlock(shape, scale);
  const world = pushTSpace(block, AGENT_RADIUS * agentScale);
  const { disc, pose } = world;
  disc.set([start[0]!, start[1]!, start[5]!, start[6]!]);
  placeBlock(world, block, start[2]!, start[3]!, start[4]!);
  world.step(0.01);
  const steps = actions.length / 2;
  const out = new Float64Array((steps + 1) * SIZE);
  for (let t = 0; ; t++) {
    const [x, y] = blockOrigin(world, block);
    out.set([disc[0]!, disc[1]!, x, y, pose[2]!, disc[2]!, disc[3]!], t * SIZE);
    if (t === steps) return out;
    control(world, [actions[2 * t]!, actions[2 * t + 1]!]);
  }
}
