import { expect, test } from 'vitest';
import { fold, key } from '../core/index.ts';
import type { FactorValue } from './env.ts';
import { pointMaze } from './point-maze/point-maze.ts';
import { listEnvs, makeEnv, policyNames, prepareEnv } from './registry.ts';

const ids = listEnvs().map(({ id }) => id);
for (const id of ids) await prepareEnv(id);
const grounded = ids.filter((id) => makeEnv(id).spec.declares?.ground !== undefined);

test('the worlds seen from above are those with an agent on a floor', () => {
  expect(grounded).toEqual(['dot-wall', 'dot-wall-fixed', 'point-maze', 'push-t', 'two-room']);
});

test.each(grounded)('where the ground of %s says that the agent is, the picture has its colour', (id) => {
  const size = 96;
  const env = makeEnv(id, { imageSize: size });
  const { at, extent } = env.spec.declares!.ground!;
  const [left, top, right, bottom] = extent;
  for (let i = 0; i < 20; i++) {
    env.reset(fold(key(1), i));
    const state = env.state();
    const column = Math.floor((size * (state[at[0]]! - left)) / (right - left));
    const row = Math.floor((size * (state[at[1]]! - top)) / (bottom - top));
    const shown = (colour: FactorValue): number => {
      // A block may lie over the agent.
      for (const name of ['agent.color', 'block.color']) if (name in env.spec.factors) env.setFactor(name, colour);
      const out = new Uint8Array(3 * size * size);
      env.render(out);
      return out[3 * (row * size + column) + 2]!;
    };
    expect(Math.abs(shown([0, 0, 255]) - shown([0, 0, 0]))).toBeGreaterThan(150);
  }
});

test('the ground of a maze has the size of its plan', () => {
  expect(pointMaze().spec.declares?.ground).toEqual({ at: [1, 0], extent: [-0.7, -0.7, 4.3, 4.3] });
  const long = pointMaze({ maze: ['#########', '#       #', '#########'] });
  expect(long.spec.declares?.ground?.extent).toEqual([-0.7, -0.7, 8.3, 8.3]);
});

test('what is declared for audits fits: tolerances by goal number, pushes by components, a wall that can be passed in its doors', () => {
  for (const id of ids) {
    const env = makeEnv(id, { imageSize: 16 });
    const { stateDim, goalDim, actionDim, declares = {} } = env.spec;
    const { tolerances, pushes, solvedWithin } = declares;
    expect(solvedWithin, id).toBeGreaterThan(0);
    if (tolerances !== undefined) expect(tolerances, id).toHaveLength(goalDim);
    if (pushes !== undefined) {
      const { agent, object, actions, start, hold = {} } = pushes;
      for (const at of [...agent, ...object, ...Object.keys(start).map(Number)]) expect(at).toBeLessThan(stateDim);
      for (const at of [...actions, ...Object.keys(hold).map(Number)]) expect(at).toBeLessThan(actionDim);
    }
    if (env.divider === undefined) continue;
    env.reset(key(0));
    const wall = env.divider();
    const [low, high] = wall.doors[0]!;
    const from = env.state();
    from[wall.across] = wall.low - 0.5;
    from[wall.along] = (low + high) / 2;
    env.setState(from);
    for (let t = 0; t < 30; t++) env.step(wall.toward);
    expect(env.state()[wall.across], id).toBeGreaterThan(wall.high);
  }
});

test('what a world declares is there: components of its state, policies, factors', () => {
  for (const id of ids) {
    const { stateDim, factors, declares = {} } = makeEnv(id).spec;
    const { ground, probes = [], oracle, notVaried = {} } = declares;
    const components = [...(ground?.at ?? []), ...probes.flatMap((target) => target.components)];
    for (const at of components) expect(Number.isInteger(at) && at >= 0 && at < stateDim, `${id} ${at}`).toBe(true);
    for (const { components: parts, names } of probes) expect(parts).toHaveLength(names.length);
    if (oracle?.policy !== undefined) expect(policyNames(id)).toContain(oracle.policy);
    expect(Object.keys(factors)).toEqual(expect.arrayContaining(Object.keys(notVaried)));
  }
});
