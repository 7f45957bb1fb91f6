// A scripted pusher for Push-T, which collects the data: it picks the contact whose push brings the block nearest to its
// goal pose, walks around the block to it, pushes, picks again, and at last walks to its own goal.
//
// A frictionless push by a depth d at a point q with inward normal n moves the centre of gravity by d n / k and turns
// the block by d l / (I k), with l the lever of n at q, I the moment and k = 1 + l^2 / I (mass 1). In the metric
// |move|^2 + I turn^2 that is a step along a direction of length 1 / sqrt(k), so that the best depth is e.n + phi l for an
// error (e, phi), and it lowers the squared error by (e.n + phi l)^2 / k.
// The published data are recordings of people, replayed with noise; they are not part of this package.

import type { Env, Policy } from '../env.ts';
import { type Convex, placeConvex } from '../physics-2d/index.ts';
import { ACTION_SCALE, AGENT, AGENT_VELOCITY, WORLD } from './dynamics.ts';
import { outside, type Point, pathAround } from './path.ts';
import { blockPose, pushTBodies } from './push-t.ts';

/** From rest, an action of 1 moves the agent by MOVED pixels in a step; a speed of 1 pixel a second adds COASTED. */
const MOVED = 29.567179;
const COASTED = 0.029932;
/** Gap kept while walking around the block, and between agent and block at the start of a push, in pixels. */
const WALK_GAP = 4;
const READY_GAP = 8;
/** A push advances by at most this in a step. */
const PUSH_STEP = 16;
/** Contact points tried along a side, this far apart, and at least this far from its ends. */
const SPACING = 6;
const EDGE = 4;
/** The block is left alone when its error is below this: pixels with the turn counted by the radius of gyration. */
const GOOD = 7;
/** A push ends when its best depth is below this. */
const SPENT = 1.5;

/** A contact: a point on the outline and the inward normal, both in the block's own coordinates. */
interface Contact {
  readonly q: Point;
  readonly n: Point;
}

/** Where the block is and where it should be. */
interface Scene {
  readonly parts: readonly Convex[];
  readonly agent: Point;
  readonly velocity: Point;
  readonly radius: number;
  readonly pose: readonly [number, number, number];
  readonly center: Point;
  /** Move of the centre of gravity and turn still wanted. */
  readonly error: Point;
  readonly turn: number;
  readonly moment: number;
}

const rotate = ([x, y]: Point, angle: number): Point => {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return [x * cos - y * sin, x * sin + y * cos];
};

function sceneOf(env: Env): Scene {
  const { block, radius } = pushTBodies(env);
  const state = env.state();
  const pose = blockPose(state);
  const [gx, gy, goalAngle] = blockPose(env.goal());
  const { symmetry, moment } = block;
  let turn = (goalAngle - pose[2]) % symmetry;
  if (turn > symmetry / 2) turn -= symmetry;
  if (turn < -symmetry / 2) turn += symmetry;
  const place = (x: number, y: number, angle: number): Point => {
    const [cx, cy] = rotate(block.center, angle);
    return [x + cx, y + cy];
  };
  const center = place(...pose);
  // The goal pose nearest in angle, which differs from the goal by a symmetry of the shape.
  const target = place(gx, gy, pose[2] + turn);
  const parts = block.outline.map((part) => {
    const at = { count: part.count, corners: part.corners.slice(), normals: part.normals.slice() };
    placeConvex(part, pose[0], pose[1], Math.cos(pose[2]), Math.sin(pose[2]), at);
    return at;
  });
  return {
    parts,
    agent: [state[AGENT]!, state[AGENT + 1]!],
    velocity: [state[AGENT_VELOCITY]!, state[AGENT_VELOCITY + 1]!],
    radius,
    pose,
    center,
    error: [target[0] - center[0], target[1] - center[1]],
    turn,
    moment,
  };
}

/** What a push at a contact is worth: its best depth, and by how much it lowers the squared error. */
function worth(scene: Scene, contact: Contact): { readonly depth: number; readonly gain: number } {
  const { pose, center, error, turn, moment } = scene;
  const [x, y] = rotate(contact.q, pose[2]);
  const [nx, ny] = rotate(contact.n, pose[2]);
  const lever = (pose[0] + x - center[0]) * ny - (pose[1] + y - center[1]) * nx;
  const depth = error[0] * nx + error[1] * ny + turn * lever;
  return { depth, gain: depth <= 0 ? 0 : (depth * depth) / (1 + (lever * lever) / moment) };
}

/** Where the agent's centre is when it touches a contact with a gap. */
function standAt({ pose, radius }: Scene, { q, n }: Contact, gap: number): Point {
  const [x, y] = rotate(q, pose[2]);
  const [nx, ny] = rotate(n, pose[2]);
  return [pose[0] + x - nx * (radius + gap), pose[1] + y - ny * (radius + gap)];
}

/** Every contact that the agent can stand at. */
function contactsOf(env: Env, scene: Scene): Contact[] {
  const { block, radius } = pushTBodies(env);
  const found: Contact[] = [];
  for (const part of block.outline) {
    for (let p = 0; p < part.count; p++) {
      const q = (p + 1) % part.count;
      const [ax, ay] = [part.corners[2 * p]!, part.corners[2 * p + 1]!];
      const [ex, ey] = [part.corners[2 * q]! - ax, part.corners[2 * q + 1]! - ay];
      const length = Math.hypot(ex, ey);
      const count = Math.max(1, Math.floor((length - 2 * EDGE) / SPACING));
      for (let i = 0; i <= count; i++) {
        const t = (EDGE + (i * (length - 2 * EDGE)) / count) / length;
        const contact: Contact = {
          q: [ax + t * ex, ay + t * ey],
          n: [-part.normals[2 * p]!, -part.normals[2 * p + 1]!],
        };
        const stand = standAt(scene, contact, READY_GAP);
        const inside = stand.every((v) => v > 0 && v < WORLD);
        if (inside && scene.parts.every((other) => outside(other, stand) > radius + 1)) found.push(contact);
      }
    }
  }
  return found;
}

/** The action that puts the agent to a point in one step, or as far that way as an action reaches. */
function toward({ agent, velocity }: Scene, [x, y]: Point, reach = Number.POSITIVE_INFINITY): Float32Array {
  let dx = x - agent[0];
  let dy = y - agent[1];
  const distance = Math.hypot(dx, dy);
  if (distance > reach) {
    dx *= reach / distance;
    dy *= reach / distance;
  }
  const ax = (dx - COASTED * velocity[0]) / MOVED;
  const ay = (dy - COASTED * velocity[1]) / MOVED;
  const largest = Math.max(Math.abs(ax), Math.abs(ay), 1);
  return Float32Array.of(ax / largest, ay / largest);
}

/** The next action on the way around the block to a point. */
function walk(scene: Scene, to: Point): Float32Array {
  const { parts, agent, radius } = scene;
  // Too near to the block to walk along it: away from it first.
  const near = parts.map((part) => ({ part, d: outside(part, agent) })).sort((a, b) => a.d - b.d)[0]!;
  const gap = radius + WALK_GAP;
  if (near.d < gap - 1 && Math.hypot(to[0] - agent[0], to[1] - agent[1]) > gap) {
    const { count, corners, normals } = near.part;
    for (let p = 0; p < count; p++) {
      const [nx, ny] = [normals[2 * p]!, normals[2 * p + 1]!];
      const d = (agent[0] - corners[2 * p]!) * nx + (agent[1] - corners[2 * p + 1]!) * ny;
      if (d === near.d) return toward(scene, [agent[0] + nx * (gap + 1 - d), agent[1] + ny * (gap + 1 - d)]);
    }
  }
  const path = pathAround(parts, agent, to, gap) ?? pathAround(parts, agent, to, radius);
  return toward(scene, path === undefined ? to : path.points[0]!);
}

/** Remaining error of the block in pixels. */
function errorOf({ error, turn, moment }: Scene): number {
  return Math.sqrt(error[0] ** 2 + error[1] ** 2 + moment * turn ** 2);
}

/**
 * The scripted pusher with N(0, noise^2) on each component of its actions, clipped to [-1, 1]. It remembers the contact it
 * pushes at; `reset` forgets it.
 */
export function noisyPusher({ noise = 0.2 }: { readonly noise?: number } = {}): Policy {
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

  function plan(env: Env): Float32Array {
    const scene = sceneOf(env);
    const goal = env.goal();
    if (errorOf(scene) < GOOD) {
      contact = undefined;
      return walk(scene, [goal[AGENT]!, goal[AGENT + 1]!]);
    }
    if (contact !== undefined && worth(scene, contact).depth < SPENT) contact = undefined;
    if (contact === undefined) {
      pushing = false;
      contact = choose(env, scene);
      if (contact === undefined) return walk(scene, [goal[AGENT]!, goal[AGENT + 1]!]);
    }
    const ready = standAt(scene, contact, READY_GAP);
    const [ax, ay] = scene.agent;
    if (!pushing && Math.hypot(ready[0] - ax, ready[1] - ay) > 4) return walk(scene, ready);
    pushing = true;
    const depth = Math.min(worth(scene, contact).depth, PUSH_STEP);
    const at = standAt(scene, contact, -depth);
    // Pushed off the point it aims at: approach again.
    const aside = standAt(scene, contact, 0);
    if (Math.hypot(aside[0] - ax, aside[1] - ay) > 30) {
      contact = undefined;
      return plan(env);
    }
    return toward(scene, at, READY_GAP + PUSH_STEP);
  }

  return {
    name: noise === 0 ? 'expert' : 'noisy-expert',
    reset() {
      contact = undefined;
      pushing = false;
    },
    act(env, random) {
      const action = plan(env);
      for (let i = 0; i < 2; i++) {
        const a = noise === 0 ? action[i]! : action[i]! + noise * random.normal();
        action[i] = Math.min(Math.max(a, -1), 1);
      }
      return action;
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
