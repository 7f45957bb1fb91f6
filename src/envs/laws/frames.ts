// Pictures: bytes of the declared size, where they were asked for, decided by state and goal.

import { fold, JepaError } from '../../core/index.ts';
import { bytesOf, frameOf, type Law, must, mustEqual, mustRefuse } from './law.ts';

const frame: Law = {
  name: 'frame',
  holds: 'a frame is the same wherever it is written, and nothing beside it is written',
  check({ open, key }) {
    const env = open();
    env.reset(fold(key, 'frame'));
    const bytes = bytesOf(env);
    const picture = frameOf(env);
    const remedy = 'paint exactly imageSize * imageSize * 3 bytes from the offset on, all of them every time';
    for (const value of [7, 200]) {
      const wide = new Uint8Array(bytes + 37).fill(value);
      env.render(wide, 17);
      mustEqual('bytes of the frame at an offset', wide.subarray(17, 17 + bytes), picture, remedy);
      const beside = [...wide.subarray(0, 17), ...wide.subarray(17 + bytes)];
      mustEqual('bytes beside the frame', beside, new Array(37).fill(value), remedy);
    }
    mustEqual('bytes of the frame painted again', frameOf(env), picture, remedy);
  },
};

const room: Law = {
  name: 'frame-room',
  holds: 'a target without room for the frame is refused',
  check({ open }) {
    const env = open();
    const bytes = bytesOf(env);
    const remedy = 'check the length of the target';
    mustRefuse('a target one byte short', 'shape', () => env.render(new Uint8Array(bytes - 1)), remedy);
    mustRefuse('an offset one byte too far', 'shape', () => env.render(new Uint8Array(bytes), 1), remedy);
    mustRefuse('a negative offset', 'shape', () => env.renderGoal(new Uint8Array(bytes), -1), remedy);
  },
};

/** Goals tried in one state. */
const GOALS = 12;

const goalFrame: Law = {
  name: 'goal-frame',
  holds: 'the goal frame changes with the goal, stays while nothing changes, and leaves the world where it is',
  check({ open, key }) {
    const [env, other] = [open(), open()];
    env.reset(fold(key, 'goal frame'));
    const [state, goal] = [env.state(), env.goal()];
    const picture = frameOf(env, 'renderGoal');
    mustEqual(
      'bytes of the goal frame painted again',
      frameOf(env, 'renderGoal'),
      picture,
      'paint it from state and goal',
    );
    mustEqual('state after the goal frame', env.state(), state, 'renderGoal must not move the world');
    let tried = 0;
    for (let i = 0; i < GOALS; i++) {
      other.reset(fold(key, 'goal frame', i));
      const drawn = other.goal();
      if (drawn.every((v, at) => v === goal[at]) || !accepts(() => env.setGoal(drawn))) continue;
      tried++;
      if (frameOf(env, 'renderGoal').some((v, at) => v !== picture[at])) return;
    }
    must(
      tried === 0,
      `one goal frame for ${tried + 1} goals`,
      'renderGoal must show the world with the agent at the goal',
    );
  },
};

/** Whether a world takes a goal: one drawn elsewhere may lie in a wall here. */
function accepts(set: () => void): boolean {
  try {
    set();
    return true;
  } catch (error) {
    if (error instanceof JepaError && error.code === 'usage') return false;
    throw error;
  }
}

/** The laws of pictures. */
export const frameLaws: readonly Law[] = [frame, room, goalFrame];
