// Every law is caught by its own name: worlds that are right but for one thing, under several keys.

import { expect, test } from 'vitest';
import { fold, JepaError, key } from '../core/index.ts';
import { bead, goThere } from './bead.law.ts';
import { checkWorld, type WorldCheckOptions } from './check-world.ts';
import type { Env, EnvSpec, Factor, Policy } from './env.ts';
import { laws } from './laws/index.ts';
import { listEnvs, makeEnv, makePolicy, policyNames, prepareEnv } from './registry.ts';

type Make = (options: { readonly imageSize: number }) => Env;

/** The bead with other members. */
const other =
  (change: (env: Env) => Partial<Env>): Make =>
  (options) => {
    const env = bead(options);
    return { ...env, ...change(env) };
  };

/** The bead with another spec. */
const saying = (change: Partial<EnvSpec> | ((spec: EnvSpec) => Partial<EnvSpec>)): Make =>
  other(({ spec }) => ({ spec: { ...spec, ...(typeof change === 'function' ? change(spec) : change) } }));

/** The bead with another step. */
const stepping = (change: (result: ReturnType<Env['step']>, env: Env) => ReturnType<Env['step']>): Make =>
  other((env) => ({ step: (action) => change(env.step(action), env) }));

const far = (distance: number): Make => stepping((result) => ({ ...result, distance }));

/** One state for all worlds. */
function shared(): Make {
  const one = bead({ imageSize: 32 });
  return (options) => {
    const { render, renderGoal, spec } = bead(options);
    return { ...one, spec, render, renderGoal };
  };
}

/** A bead with a speed that its state does not hold. */
const hidden = other((env) => {
  let speed = 0;
  return {
    reset(k, options) {
      speed = 0;
      env.reset(k, options);
    },
    step(action) {
      speed = 0.5 * speed + 0.5 * Math.min(Math.max(action[0]!, -1), 1);
      return Number.isFinite(speed) && action.length === 1 ? env.step([speed]) : env.step(action);
    },
  };
});

/** The bead with a wall. */
const walled = (behindWall: (env: Env) => Float32Array): Make =>
  other((env) => ({ spec: { ...env.spec, declares: { walls: true } }, behindWall: () => behindWall(env) }));

let count = 0;

const acting = (name: string, act: Policy['act']) => ({ policies: { [name]: (): Policy => ({ name, act }) } });

type Broken = readonly [law: string, what: string, make: Make, options?: WorldCheckOptions];

const broken: readonly Broken[] = [
  ['id', 'an id with a space', saying({ id: 'a bead' })],
  ['id', 'an id that is a path', saying({ id: '../bead' })],
  ['sizes', 'no actions', saying({ actionDim: 0 })],
  ['sizes', 'a goal longer than a state', saying({ goalDim: 2 })],
  ['sizes', 'a component without a name', saying({ stateNames: [] })],
  ['sizes', 'an episode without an end', saying({ maxSteps: Number.POSITIVE_INFINITY })],
  ['action-bounds', 'bounds the wrong way round', saying({ actionLow: 1, actionHigh: -1 })],
  ['action-bounds', 'a bound that is no number', saying({ actionHigh: Number.NaN })],
  ['picture-size', 'pictures of no size', saying({ imageSize: 0 })],
  ['picture-size', 'pictures always of 48 pixels', () => bead({ imageSize: 48 })],
  ['picture-size', 'pictures of 0 pixels made into 32', ({ imageSize }) => bead({ imageSize: imageSize || 32 })],
  [
    'plain-spec',
    'a factor with a function',
    saying(({ factors }) => ({ factors: { ...factors, 'bead.y': { ...factors['bead.x']!, how: () => 0 } as Factor } })),
  ],
  [
    'plain-spec',
    'a bound that JSON does not keep',
    saying(({ factors }) => ({
      factors: { ...factors, 'floor.shade': { ...factors['floor.shade']!, high: Number.POSITIVE_INFINITY } },
    })),
  ],
  ['declaration', 'a ground beside the state', saying({ declares: { ground: { at: [0, 1], extent: [0, 0, 1, 1] } } })],
  ['declaration', 'a probe of nothing', saying({ declares: { probes: [{ name: 'x', components: [], names: [] }] } })],
  ['declaration', 'an unknown factor', saying({ declares: { notVaried: { 'bead.z': 'it is not there' } } })],
  ['declaration', 'walls without a rule', saying({ declares: { walls: true } })],
  ['distance', 'a distance that is no number', far(Number.NaN)],
  ['distance', 'a distance without end', far(Number.POSITIVE_INFINITY)],
  ['distance', 'a distance below 0', far(-1)],
  ['shapes', 'a state too long', other(() => ({ state: () => new Float32Array(2) }))],
  ['shapes', 'a goal too short', other(() => ({ goal: () => new Float32Array(0) }))],
  ['shapes', 'a state of NaN', other(() => ({ state: () => Float32Array.of(Number.NaN) }))],
  ['shapes', 'a step that says nothing', stepping(({ distance }) => ({ distance }) as ReturnType<Env['step']>)],
  [
    'copies',
    'a live state',
    other((env) => {
      const live = new Float32Array(1);
      let touched = false;
      return {
        state() {
          if (!touched) live.set(env.state());
          touched = true;
          return live;
        },
      };
    }),
  ],
  ['two-worlds', 'worlds with one state', shared()],
  ['success', 'a step that always reports success', stepping((result) => ({ ...result, terminated: true }))],
  ['success', 'a world that is never solved', other(() => ({ solved: () => false }))],
  [
    'goal-of-state',
    'a goal that no state satisfies',
    other((env) => ({
      solved: () => false,
      step: (action) => ({ distance: env.step(action).distance + 1, terminated: false }),
    })),
  ],
  [
    'same-key',
    'a start that depends on how often was reset',
    other((env) => {
      let resets = 0;
      return { reset: (k, options) => env.reset(fold(k, ++resets), options) };
    }),
  ],
  ['other-keys', 'one task', other((env) => ({ reset: (_, options) => env.reset(key(0), options) }))],
  ['state-round-trip', 'a speed that the state does not hold', hidden],
  [
    'given-start',
    'a reset that ignores the state',
    other((env) => ({
      reset: (k, { state, ...options } = {}) => env.reset(k, state?.length === 0 ? { state } : options),
    })),
  ],
  [
    'action-refused',
    'NaN taken for 0',
    other((env) => ({ step: (action) => env.step(Array.from(action, (v) => (Number.isNaN(v) ? 0 : v))) })),
  ],
  [
    'action-refused',
    'actions cut to length',
    other((env) => ({ step: (action) => env.step(Array.from(action).slice(0, 1)) })),
  ],
  [
    'action-clipped',
    'actions taken as they are',
    other((env) => ({
      step(action) {
        const result = env.step(action);
        if (!(Math.abs(action[0]!) > 4)) return result;
        env.setState([env.state()[0]! * 0.9]);
        return { terminated: env.solved(), distance: Math.abs(env.state()[0]! - env.goal()[0]!) };
      },
    })),
  ],
  ['vector-refused', 'a state cut to length', other((env) => ({ setState: (s) => env.setState([s[0]!]) }))],
  [
    'vector-refused',
    'a goal of NaN taken for 0',
    other((env) => ({ setGoal: (g) => env.setGoal(Array.from(g, (v) => (Number.isNaN(v) ? 0 : v))) })),
  ],
  [
    'reset-refused',
    'a refused reset that moves',
    other((env) => ({
      reset(k, options) {
        env.reset(k);
        env.reset(k, options);
      },
    })),
  ],
  ['walls', 'no state behind the wall', walled(() => new Float32Array(0))],
  ['walls', 'the same state behind the wall', walled((env) => env.state())],
  ['walls', 'a state that cannot be', walled(() => Float32Array.of(Number.POSITIVE_INFINITY))],
  [
    'walls',
    'a look behind the wall that goes there',
    walled((env) => {
      const there = env.state().map((v) => v / 2);
      env.setState(env.state().map((v) => v / 3));
      return there;
    }),
  ],
  [
    'frame',
    'a frame always at the start',
    other((env) => ({ render: (out, o = 0) => env.render(out, o === 17 ? 0 : o) })),
  ],
  [
    'frame',
    'a frame that writes on',
    other((env) => ({
      render(out, offset = 0) {
        env.render(out, offset);
        if (offset + 3 * 32 * 32 < out.length && offset === 17) out[offset + 3 * 32 * 32] = 99;
      },
    })),
  ],
  [
    'frame-room',
    'a frame cut to the target',
    other((env) => ({
      render(out, offset) {
        if (out.length >= 3 * 32 * 32) env.render(out, offset);
      },
    })),
  ],
  ['goal-frame', 'the state in place of the goal', other((env) => ({ renderGoal: env.render }))],
  [
    'goal-frame',
    'a goal frame that moves the world',
    other((env) => ({
      renderGoal(out, offset) {
        env.renderGoal(out, offset);
        env.setState([env.state()[0]! * 0.5]);
      },
    })),
  ],
  [
    'factor-draws',
    'a factor beyond its range',
    other((env) => ({ factor: (name) => (name === 'floor.shade' ? 999 : env.factor(name)) })),
  ],
  [
    'factor-names',
    'an unknown factor without a hint',
    other((env) => ({
      factor(name) {
        if (!(name in env.spec.factors)) throw new JepaError('usage', 'no such factor');
        return env.factor(name);
      },
    })),
  ],
  [
    'factor-ranges',
    'a factor clamped',
    other((env) => ({
      setFactor: (name, value) => env.setFactor(name, name === 'floor.shade' && Number(value) > 200 ? 200 : value),
    })),
  ],
  [
    'factors-complete',
    'a factor that cannot be set',
    other((env) => ({
      setFactor(name, value) {
        const kept = env.factor(name);
        env.setFactor(name, value);
        if (name === 'floor.shade') env.setFactor(name, kept);
      },
    })),
  ],
  ['policy', 'two numbers for one', bead, acting('long', () => Float32Array.of(0, 0))],
  ['policy', 'an action of NaN', bead, acting('nan', () => Float32Array.of(Number.NaN))],
  ['policy', 'an action beyond the bounds', bead, acting('wild', () => Float32Array.of(1.5))],
  ['policy', 'chance of its own', bead, acting('free', () => Float32Array.of(1 / ++count))],
  ['policy', 'another name', bead, { policies: { expert: goThere } }],
  [
    'policy',
    'a policy that moves the world',
    bead,
    acting('pusher', (env) => {
      env.step([1]);
      return Float32Array.of(0);
    }),
  ],
  [
    'reachable',
    'an oracle that stands still',
    saying({ declares: { oracle: { policy: 'still' } } }),
    acting('still', () => Float32Array.of(0)),
  ],
];

const cases = broken.map(([law, what, make, options]) => ({ law, what, make, options }));

test.each(cases)("law '$law' is what $what breaks", ({ law, make, options }) => {
  for (let i = 0; i < 4; i++) {
    let caught: unknown;
    try {
      checkWorld(make, { ...options, key: fold(key(1), i) });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(JepaError);
    const { code, details, message } = caught as JepaError;
    expect([code, details.law], message).toEqual(['usage', law]);
    expect(message).toContain(`breaks the law '${law}' (`);
  }
});

test('there is a broken world for every law', () => {
  expect(new Set(broken.map(([law]) => law))).toEqual(new Set(laws.map(({ name }) => name)));
});

test('a world that breaks nothing keeps every law, and with skipped laws says why', () => {
  const policies = { 'go there': goThere };
  const names = laws.map(({ name }) => name);
  expect(checkWorld(bead, { policies })).toEqual({ held: names, skipped: [] });
  const { held, skipped } = checkWorld(() => bead({ imageSize: 48 }), { skip: { 'picture-size': 'always 48 pixels' } });
  expect(held).toHaveLength(names.length - 1);
  expect(skipped).toEqual([{ law: 'picture-size', why: 'always 48 pixels' }]);
  expect(() => checkWorld(bead, { skip: { 'picture-sise': '' } })).toThrow(
    /unknown law .* did you mean 'picture-size'/,
  );
});

test('a law that needs what a world says it has not is named as not checked', () => {
  const unable = other(() => ({
    setState() {
      throw new JepaError('unsupported', 'no state can be set');
    },
  }));
  const { held, skipped } = checkWorld(unable);
  expect(skipped).toContainEqual({ law: 'state-round-trip', why: 'no state can be set' });
  expect(held).toContain('distance');
});

test('a world that cannot be made says so itself', () => {
  const refuses = (): Env => {
    throw new JepaError('unsupported', 'prepare it first');
  };
  expect(() => checkWorld(refuses)).toThrow('prepare it first');
});

test.each(listEnvs().map(({ id }) => id))('%s keeps every law with all its policies, under any key', async (id) => {
  await prepareEnv(id);
  const policies = Object.fromEntries(policyNames(id).map((name) => [name, () => makePolicy(id, name)]));
  for (let i = 0; i < 3; i++) {
    const { skipped } = checkWorld((options) => makeEnv(id, options), { policies, key: fold(key(2), i) });
    expect(skipped).toEqual([]);
  }
});
