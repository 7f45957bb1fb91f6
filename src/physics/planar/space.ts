// A small 2-D rigid-body space: one dynamic body made of convex parts, one kinematic disc that pushes it and is never
// pushed, and fixed walls that stop the body only. Contacts are frictionless and inelastic. The solver is the sequential
// impulse method with accumulated, warm-started impulses and separate bias velocities that undo overlap, in the order of
// Chipmunk2D's step (positions, contacts, velocities, impulses). Velocity damping is total: the body's velocity is set to
// zero in each step before the impulses, so it moves only while something touches it (quasi-static pushing).
//
// Legend: a = disc or wall, b = body, n from a to b, k = contact, j = impulse. Positions in pixels, time in seconds.
// Source: E. Catto, "Iterative dynamics with temporal coherence" (2005); constants and order as Chipmunk2D 7.

import { type Convex, placeConvex } from './convex.ts';
import { newTouch, type Segment, touchDisc, touchSegment } from './touch.ts';

/** The dynamic body: parts relative to its centre of gravity, which is also what it turns about. */
export interface Body {
  readonly parts: readonly Convex[];
  readonly mass: number;
  readonly moment: number;
}

/** Constants of the solver. */
export interface SolverOptions {
  /** @default 10 */
  readonly iterations?: number;
  /** Overlap that is left alone, in pixels. @default 0.1, rounded to float32 as Chipmunk2D's source has it */
  readonly slop?: number;
  /** Share of the overlap left after a second. @default (1 - 0.1)^60, in float32 likewise */
  readonly biasPerSecond?: number;
  /** Steps after which the impulse of a lost contact is forgotten. @default 3 */
  readonly persistence?: number;
}

/** The space. The arrays are its state: write them to place things, `step` moves them. */
export interface Space {
  /** [4]: x, y, vx, vy of the disc. */
  readonly disc: Float64Array;
  /** [3]: x, y of the body's centre of gravity, angle in radians. */
  readonly pose: Float64Array;
  /** [3]: vx, vy and angular velocity of the body, as the solver left them; they act in the next step. */
  readonly velocity: Float64Array;
  /** [3]: the velocity that undoes overlap; it acts in the next step and is then zero. */
  readonly bias: Float64Array;
  step(dt: number): void;
  /** Forgets all impulses of earlier contacts. */
  forget(): void;
  /** Contacts that the latest step solved. */
  contacts(): number;
}

/** A step long before the first. */
const NEVER = -1_000_000;
const DEFAULT_SLOP = Math.fround(0.1);
const DEFAULT_BIAS = Math.fround(1 - Math.fround(0.1)) ** 60;

/** A space with the body, the disc of this radius and these walls, everything at the origin and at rest. */
export function space(body: Body, discRadius: number, walls: readonly Segment[], options: SolverOptions = {}): Space {
  const { iterations = 10, slop = DEFAULT_SLOP, biasPerSecond = DEFAULT_BIAS, persistence = 3 } = options;
  const { parts } = body;
  const inverseMass = 1 / body.mass;
  const inverseMoment = 1 / body.moment;
  const disc = new Float64Array(4);
  const pose = new Float64Array(3);
  const velocity = new Float64Array(3);
  const bias = new Float64Array(3);
  const placed = parts.map((part) => ({
    count: part.count,
    corners: part.corners.slice(),
    normals: part.normals.slice(),
  }));
  let reach = 0;
  for (const { corners } of parts) {
    for (let i = 0; i < corners.length; i += 2) reach = Math.max(reach, Math.hypot(corners[i]!, corners[i + 1]!));
  }

  // Pairs: walls first, each against every part, then the disc against every part. Two slots of contacts each.
  const pairs = (walls.length + 1) * parts.length;
  const seen = new Int32Array(pairs).fill(NEVER);
  const known = new Int32Array(pairs);
  const feature = new Int32Array(2 * pairs);
  const impulse = new Float64Array(2 * pairs);
  const active = new Int32Array(2 * pairs);
  const warm = new Uint8Array(2 * pairs);
  const nX = new Float64Array(2 * pairs);
  const nY = new Float64Array(2 * pairs);
  const arm = new Float64Array(2 * pairs);
  const onAX = new Float64Array(2 * pairs);
  const onAY = new Float64Array(2 * pairs);
  const onBX = new Float64Array(2 * pairs);
  const onBY = new Float64Array(2 * pairs);
  const effective = new Float64Array(2 * pairs);
  const push = new Float64Array(2 * pairs);
  const pushed = new Float64Array(2 * pairs);
  const touch = newTouch();
  let stamp = 0;
  let count = 0;

  /** Enters the contacts in `touch` for a pair; impulses of contacts known from before are kept. */
  function enter(pair: number): void {
    const age = stamp - seen[pair]!;
    const remembered = age <= persistence ? known[pair]! : 0;
    const at = 2 * pair;
    const [f0, f1, j0, j1] = [feature[at]!, feature[at + 1]!, impulse[at]!, impulse[at + 1]!];
    for (let i = 0; i < touch.count; i++) {
      const k = at + i;
      const f = touch.feature[i]!;
      impulse[k] = remembered > 0 && f === f0 ? j0 : remembered > 1 && f === f1 ? j1 : 0;
      feature[k] = f;
      nX[k] = touch.nx;
      nY[k] = touch.ny;
      onAX[k] = touch.onA[2 * i]!;
      onAY[k] = touch.onA[2 * i + 1]!;
      onBX[k] = touch.onB[2 * i]!;
      onBY[k] = touch.onB[2 * i + 1]!;
      warm[k] = age === 1 ? 1 : 0;
      active[count++] = k;
    }
    known[pair] = touch.count;
    seen[pair] = stamp;
  }

  function collide(): void {
    count = 0;
    const x = pose[0]!;
    const y = pose[1]!;
    const dx = disc[0]! - x;
    const dy = disc[1]! - y;
    const span = reach + discRadius;
    const nearDisc = dx * dx + dy * dy <= span * span;
    let ready = false;
    for (let w = 0; w <= walls.length; w++) {
      const wall = walls[w];
      if (wall === undefined ? !nearDisc : squaredDistance(wall, x, y) > (reach + wall.radius) ** 2) continue;
      if (!ready) {
        const cos = Math.cos(pose[2]!);
        const sin = Math.sin(pose[2]!);
        for (let p = 0; p < parts.length; p++) placeConvex(parts[p]!, x, y, cos, sin, placed[p]!);
        ready = true;
      }
      for (let p = 0; p < parts.length; p++) {
        if (wall === undefined) touchDisc(disc[0]!, disc[1]!, discRadius, placed[p]!, touch);
        else touchSegment(wall, placed[p]!, touch);
        if (touch.count > 0) enter(w * parts.length + p);
      }
    }
  }

  /** Effective masses and the bias speeds that undo overlap. */
  function prepare(dt: number): void {
    const coefficient = 1 - biasPerSecond ** dt;
    for (let c = 0; c < count; c++) {
      const k = active[c]!;
      const nx = nX[k]!;
      const ny = nY[k]!;
      const depth = (onBX[k]! - onAX[k]!) * nx + (onBY[k]! - onAY[k]!) * ny;
      const lever = (onBX[k]! - pose[0]!) * ny - (onBY[k]! - pose[1]!) * nx;
      arm[k] = lever;
      effective[k] = 1 / (inverseMass + lever * lever * inverseMoment);
      push[k] = (-coefficient * Math.min(0, depth + slop)) / dt;
      pushed[k] = 0;
    }
  }

  function apply(target: Float64Array, k: number, j: number): void {
    target[0]! += nX[k]! * j * inverseMass;
    target[1]! += nY[k]! * j * inverseMass;
    target[2]! += arm[k]! * j * inverseMoment;
  }

  /** Velocity of b's contact point along n. */
  function along(target: Float64Array, k: number): number {
    return target[0]! * nX[k]! + target[1]! * nY[k]! + target[2]! * arm[k]!;
  }

  function solve(): void {
    const firstOfDisc = 2 * walls.length * parts.length;
    for (let c = 0; c < count; c++) {
      const k = active[c]!;
      if (warm[k] === 1) apply(velocity, k, impulse[k]!);
    }
    for (let iteration = 0; iteration < iterations; iteration++) {
      for (let c = 0; c < count; c++) {
        const k = active[c]!;
        const speedA = k >= firstOfDisc ? disc[2]! * nX[k]! + disc[3]! * nY[k]! : 0;
        const pushBefore = pushed[k]!;
        const pushAfter = Math.max(pushBefore + (push[k]! - along(bias, k)) * effective[k]!, 0);
        pushed[k] = pushAfter;
        apply(bias, k, pushAfter - pushBefore);
        const before = impulse[k]!;
        const after = Math.max(before - (along(velocity, k) - speedA) * effective[k]!, 0);
        impulse[k] = after;
        apply(velocity, k, after - before);
      }
    }
  }

  return {
    disc,
    pose,
    velocity,
    bias,
    contacts: () => count,
    forget() {
      stamp = 0;
      seen.fill(NEVER);
    },
    step(dt) {
      stamp++;
      disc[0]! += disc[2]! * dt;
      disc[1]! += disc[3]! * dt;
      for (let i = 0; i < 3; i++) pose[i]! += (velocity[i]! + bias[i]!) * dt;
      bias.fill(0);
      collide();
      velocity.fill(0);
      if (count === 0) return;
      prepare(dt);
      solve();
    },
  };
}

/** Squared distance of a point from the middle line of a wall. */
function squaredDistance({ ax, ay, bx, by }: Segment, x: number, y: number): number {
  const ex = bx - ax;
  const ey = by - ay;
  const t = Math.min(Math.max(((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey), 0), 1);
  const dx = x - ax - t * ex;
  const dy = y - ay - t * ey;
  return dx * dx + dy * dy;
}
