// A scripted pusher for Push-T: it picks the contact whose push brings the block nearest to its goal pose, walks around the
// block to it, pushes, picks again, and at last walks to its own goal.
// The published data are recordings of people, replayed with noise; they are not part of this package.

import type { Env, Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { type Contact, contactsOf, errorOf, READY_GAP, type Scene, sceneOf, standAt, worth } from './contacts.ts';
import { ACTION_SCALE, AGENT } from './dynamics.ts';
import { toward, walk } from './moves.ts';
import { blockPose, pushTBodies } from './push-t.ts';

/** The block is left alone when its error is below this: pixels with the turn counted by the radius of gyration. */
const GOOD = 7;
/** A push ends when its best depth is below this. */
const SPENT = 1.5;

/** How many pixels a step may take: while pushing, and while walking around the block. */
export interface Pace {
  readonly push: number;
  readonly walk: number;
}

/** As fast as it goes. */
const FAST: Pace = { push: 16, walk: Number.POSITIVE_INFINITY };

/** Pushes the block to where a scene wants it; it remembers the contact it pushes at. */
export interface Pusher {
  /** The next action; undefined when the block is where it should be, or cannot be pushed nearer. */
  next(env: Env, scene: Scene, pace?: Pace): Float32Array | undefined;
  forget(): void;
}

/** A pusher that has not chosen a contact yet. */
export function newPusher(): Pusher {
  let contact: Contact | undefined;
  let pushing = false;

  function choose(env: Env, scene: Scene): Contact | undefined {
    let best: Contact | undefined;
    let most = 0;
    for (const candidate of contactsOf(env, scene)) {
      const { gain } = worth(scene, candidate);
      const [x, y] = standAt(scene, candidate, READY_GAP);
      // A push is worth less the longer the way to it.
      const score = gain / (150 + Math.hypot(x - scene.agent[0], y - scene.agent[1]));
      if (score > most) {
        most = score;
        best = candidate;
      }
    }
    return best;
  }

  function next(env: Env, scene: Scene, pace: Pace = FAST): Float32Array | undefined {
    if (errorOf(scene) < GOOD) {
      contact = undefined;
      return undefined;
    }
    if (contact !== undefined && worth(scene, contact).depth < SPENT) contact = undefined;
    if (contact === undefined) {
      pushing = false;
      contact = choose(env, scene);
      if (contact === undefined) return undefined;
    }
    const ready = standAt(scene, contact, READY_GAP);
    const [ax, ay] = scene.agent;
    if (!pushing && Math.hypot(ready[0] - ax, ready[1] - ay) > 4) return walk(scene, ready, pace.walk);
    pushing = true;
    const depth = Math.min(worth(scene, contact).depth, pace.push);
    const at = standAt(scene, contact, -depth);
    // Pushed off the point it aims at: approach again.
    const aside = standAt(scene, contact, 0);
    if (Math.hypot(aside[0] - ax, aside[1] - ay) > 30) {
      contact = undefined;
      return next(env, scene, pace);
    }
    return toward(scene, at, READY_GAP + pace.push);
  }

  return {
    next,
    forget() {
      contact = undefined;
      pushing = false;
    },
  };
}

/**
 * The scripted pusher with N(0, noise^2) on each component of its actions, clipped to [-1, 1]. It remembers the contact it
 * pushes at; `reset` forgets it.
 */
export function noisyPusher({ noise = 0.2 }: { readonly noise?: number } = {}): Policy {
  const routine = newPusher();
  return {
    name: noise === 0 ? 'expert' : 'noisy-expert',
    reset: routine.forget,
    act(env, random) {
      const goal = env.goal();
      const scene = sceneOf(env, blockPose(goal));
      const action = routine.next(env, scene) ?? walk(scene, [goal[AGENT]!, goal[AGENT + 1]!]);
      return noisyAction(action, noise, random);
    },
  };
}

/** The scripted pusher without noise. */
export function pusher(): Policy {
  return noisyPusher({ noise: 0 });
}

/**
 * The reference's weak policy: a uniform action whose target is kept within 100 pixels of the block along each axis.
 * Source: stable-worldmodel `envs/pusht/expert_policy.py`.
 */
export function weakPusher(): Policy {
  return {
    name: 'weak',
    act(env, random) {
      pushTBodies(env);
      const state = env.state();
      const pose = blockPose(state);
      return Float32Array.from([0, 1], (axis) => {
        const here = state[AGENT + axis]!;
        const target = here + ACTION_SCALE * (2 * random.uniform() - 1);
        const kept = Math.min(Math.max(target, pose[axis]! - ACTION_SCALE), pose[axis]! + ACTION_SCALE);
        return Math.min(Math.max((kept - here) / ACTION_SCALE, -1), 1);
      });
    },
  };
}
