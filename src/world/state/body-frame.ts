// Predictions in the frame of a body: what an action does near a body depends on where things are from the body's own point of
// view, wherever it stands and however it is turned. The network is told places, velocities and the action there, and what it
// answers is turned back, so that a push learned once is known everywhere. What breaks this symmetry (walls) it cannot see.
// Legend: numbers of the embedding z are standardised; pixels or metres only where said. A pair is x and y of one thing.

import { group, JepaError, listOf, type Schema, whole } from '../../core/index.ts';
import { add, concat, cos, mul, sin, slice, sub, type Tensor } from '../../tensor/index.ts';
import type { ReadNumbers } from '../standardise.ts';

/** Which components of the state are the body and what lies around it. Every component that is read must be one of these. */
export interface BodyFrame {
  /** The body's place, x and y. */
  readonly origin: readonly number[];
  /** Its angle in radians, one of the model's `angles`. */
  readonly angle: number;
  /** Other places, pairs one after another. */
  readonly points: readonly number[];
  /** Velocities, pairs one after another. */
  readonly vectors: readonly number[];
  /** Numbers that do not turn, such as a spin. */
  readonly scalars: readonly number[];
}

/** A frame as data from outside. */
export const bodyFrameSchema: Schema<BodyFrame> = group<BodyFrame>({
  origin: listOf(whole(0), 2),
  angle: whole(0),
  points: listOf(whole(0)),
  vectors: listOf(whole(0)),
  scalars: listOf(whole(0)),
});

/** Throws `usage` unless the frame names each number that is read once, and the only angle. */
export function checkFrame(
  frame: BodyFrame,
  { at }: ReadNumbers,
  angles: readonly number[],
  actionWidth: number,
): void {
  const { origin, angle, points, vectors, scalars } = frame;
  const named = [...origin, ...points, ...vectors, ...scalars];
  const need = (holds: boolean, must: string): void => {
    if (!holds) throw new JepaError('usage', `state: the frame ${must}, got ${JSON.stringify(frame)}`, { at, angles });
  };
  need(origin.length === 2 && points.length % 2 === 0 && vectors.length % 2 === 0, 'must hold pairs x, y');
  need(angles.length === 1 && angles[0] === angle, `must turn by the only angle that is read, [${angles}]`);
  const same = named.length === at.length && at.every((component) => named.includes(component));
  need(same, `must name each number that is read once, components [${at}]`);
  need(actionWidth % 2 === 0, `needs actions of pairs x, y, got ${actionWidth} numbers`);
}

/** Numbers that go into the network, and that come out of it. */
export function frameWidths({ points, vectors, scalars }: BodyFrame, actionWidth: number): readonly [number, number] {
  const around = points.length + vectors.length + scalars.length;
  return [around + actionWidth, around + 3];
}

/** One step in the frame: the embedding [..., D] after an action [..., W], `change` being the network. */
export function stepInFrame(
  { origin, points, vectors, scalars }: BodyFrame,
  { at, mean, std }: ReadNumbers,
  change: (x: Tensor) => Tensor,
  z: Tensor,
  action: Tensor,
): Tensor {
  const column = (t: Tensor, i: number): Tensor => slice(t, -1, i, i + 1);
  const place = (component: number): number => at.indexOf(component);
  const raw = (component: number): Tensor => {
    const i = place(component);
    return add(mul(column(z, i), std[i]!), mean[i]!);
  };
  const c = column(z, at.length);
  const s = column(z, at.length + 1);
  /** Into the frame, and out of it. */
  const into = (x: Tensor, y: Tensor): Tensor[] => [add(mul(c, x), mul(s, y)), sub(mul(c, y), mul(s, x))];
  const out = (x: Tensor, y: Tensor): Tensor[] => [sub(mul(c, x), mul(s, y)), add(mul(s, x), mul(c, y))];
  const pairs = (components: readonly number[]): [number, number][] =>
    Array.from({ length: components.length / 2 }, (_, k) => [components[2 * k]!, components[2 * k + 1]!]);
  /** One unit for both numbers of a pair, so that turning keeps lengths. */
  const unit = ([x, y]: [number, number]): number => (std[place(x)]! + std[place(y)]!) / 2;
  const turned = (pair: [number, number], from: readonly number[] = []): Tensor[] => {
    const [x, y] = pair.map((component, k) => {
      const value = raw(component);
      return mul(from.length === 0 ? value : sub(value, raw(from[k]!)), 1 / unit(pair));
    }) as [Tensor, Tensor];
    return into(x, y);
  };
  const width = action.shape.at(-1)!;
  const seen = [
    ...pairs(points).flatMap((pair) => turned(pair, origin)),
    ...pairs(vectors).flatMap((pair) => turned(pair)),
    ...scalars.map((component) => column(z, place(component))),
    ...Array.from({ length: width / 2 }, (_, k) => into(column(action, 2 * k), column(action, 2 * k + 1))).flat(),
  ];
  const answer = change(concat(seen, -1));
  const next: Tensor[] = [];
  let from = 0;
  const take = (): Tensor => column(answer, from++);
  for (const pair of [...pairs(origin), ...pairs(points), ...pairs(vectors)]) {
    const moved = out(take(), take());
    for (const [k, component] of pair.entries()) {
      const i = place(component);
      next[i] = add(column(z, i), mul(moved[k]!, unit(pair) / std[i]!));
    }
  }
  for (const component of scalars) next[place(component)] = add(column(z, place(component)), take());
  const turn = take();
  const [dc, ds] = [cos(turn), sin(turn)];
  return concat([...next, sub(mul(c, dc), mul(s, ds)), add(mul(s, dc), mul(c, ds))], -1);
}
