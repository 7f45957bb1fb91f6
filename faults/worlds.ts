// Bad worlds: one for each law of worlds, right but for one thing. A recipe of it must be refused with the law's name before
// anything is collected.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, jepa } from './child.ts';
import { sample } from './draw.ts';
import { refused } from './judge.ts';
import { failed, type Kind, type Verdict } from './kind.ts';

/** The lawful world, as source: a bead on a wire. `change` is the text of a function from it to the members that are wrong. */
const source = (change: string, policy: string): string => `
import { fold, key, JepaError } from "jepa/core";
import { defineEnv, integerFactor, realFactor, registerWorld } from "jepa/envs";
import { worldRecipe } from "jepa/experiment";
import { fill, fillDisc } from "jepa/raster";

const bead = ({ imageSize = 32 } = {}) => defineEnv({
  id: 'bead', actionDim: 1, actionLow: -1, actionHigh: 1, stateNames: ['bead.x'], goalDim: 1, maxSteps: 40,
  factors: {
    'bead.x': realFactor(0, 1, 0.5, 'Where the bead is.', { vector: 'state', at: 0 }),
    'goal.x': realFactor(0, 1, 0.5, 'Where it should be.', { vector: 'goal', at: 0 }),
    'bead.speed': realFactor(0.05, 0.1, 0.05, 'Distance moved by an action of 1.'),
    'floor.shade': integerFactor(0, 200, 0, 'Grey level of the floor.'),
  },
  varied: ['bead.x', 'goal.x'], solvedWithin: 0.06,
  accept: (name, value, values) => name !== 'goal.x' || Math.abs(value - values['bead.x']) > 0.1,
  prepare: (values) => ({ speed: values['bead.speed'], shade: values['floor.shade'] }),
  move: (state, action, { speed }) => { state[0] = Math.min(Math.max(state[0] + speed * action[0], 0), 1); },
  distance: (state, goal) => Math.abs(state[0] - goal[0]),
  draw: (target, state, _goal, { shade }) => {
    fill(target, [shade, shade, shade]);
    fillDisc(target, (0.1 + 0.8 * state[0]) * target.width, target.height / 2, target.width / 12, [255, 255, 0]);
  },
}, { imageSize });
const spec = (change) => (env) => ({ spec: { ...env.spec, ...(typeof change === 'function' ? change(env.spec) : change) } });
const step = (change) => (env) => ({ step: (action) => change(env.step(action), env) });
const change = ${change};
const one = bead();
const make = (options) => { const env = bead(options); return { ...env, ...change(env, options, one) }; };
registerWorld({ id: 'bead', summary: 'a bead', make${policy === '' ? '' : `, policies: { ${policy} }`} });
export default worldRecipe('bead');
`;

/** What breaks each law, and the policy that breaks it where that is one. */
const BROKEN: Readonly<Record<string, readonly [change: string, policy?: string]>> = {
  id: [`spec({ id: '../bead' })`],
  sizes: [`spec({ stateNames: [] })`],
  'action-bounds': [`spec({ actionHigh: NaN })`],
  'picture-size': [`(env, { imageSize } = {}) => (imageSize === 16 ? { spec: { ...env.spec, imageSize: 48 } } : {})`],
  'plain-spec': [
    `spec(({ factors }) => ({ factors: { ...factors, 'floor.shade': { ...factors['floor.shade'], high: Infinity } } }))`,
  ],
  declaration: [`spec({ declares: { notVaried: { 'bead.z': 'it is not there' } } })`],
  distance: [`step((result) => ({ ...result, distance: -1 }))`],
  shapes: [`() => ({ state: () => new Float32Array(2) })`],
  copies: [
    `(env) => { const live = new Float32Array(1); let touched = false;
    return { state() { if (!touched) live.set(env.state()); touched = true; return live; } }; }`,
  ],
  'two-worlds': [`({ spec, render, renderGoal }, _, one) => ({ ...one, spec, render, renderGoal })`],
  success: [`() => ({ solved: () => false })`],
  'goal-of-state': [
    `(env) => ({ solved: () => false,
    step: (action) => ({ distance: env.step(action).distance + 1, terminated: false }) })`,
  ],
  'same-key': [`(env) => { let n = 0; return { reset: (k, options) => env.reset(fold(k, ++n), options) }; }`],
  'other-keys': [`(env) => ({ reset: (_, options) => env.reset(key(0), options) })`],
  'state-round-trip': [
    `(env) => { let speed = 0; return {
    reset(k, options) { speed = 0; env.reset(k, options); },
    step(action) { speed = 0.5 * speed + 0.5 * Math.min(Math.max(action[0], -1), 1);
      return Number.isFinite(speed) && action.length === 1 ? env.step([speed]) : env.step(action); } }; }`,
  ],
  'given-start': [
    `(env) => ({ reset: (k, { state, ...rest } = {}) => env.reset(k, state?.length === 0 ? { state } : rest) })`,
  ],
  'action-refused': [`(env) => ({ step: (action) => env.step(Array.from(action, (v) => (Number.isNaN(v) ? 0 : v))) })`],
  'action-clipped': [
    `(env) => ({ step(action) { const result = env.step(action); if (!(Math.abs(action[0]) > 4)) return result;
    env.setState([env.state()[0] * 0.9]); return { terminated: env.solved(), distance: Math.abs(env.state()[0] - env.goal()[0]) }; } })`,
  ],
  'vector-refused': [`(env) => ({ setState: (s) => env.setState([s[0]]) })`],
  'reset-refused': [`(env) => ({ reset(k, options) { env.reset(k); env.reset(k, options); } })`],
  walls: [`(env) => ({ spec: { ...env.spec, declares: { walls: true } }, behindWall: () => env.state() })`],
  frame: [`(env) => ({ render: (out, o = 0) => env.render(out, o === 17 ? 0 : o) })`],
  'frame-room': [`(env) => ({ render(out, o) { if (out.length >= 3072) env.render(out, o); } })`],
  'goal-frame': [`(env) => ({ renderGoal: env.render })`],
  'factor-draws': [`(env) => ({ factor: (name) => (name === 'floor.shade' ? 999 : env.factor(name)) })`],
  'factor-names': [
    `(env) => ({ factor(name) { if (!(name in env.spec.factors)) throw new JepaError('usage', 'none'); return env.factor(name); } })`,
  ],
  'factor-ranges': [
    `(env) => ({ setFactor: (name, v) => env.setFactor(name, name === 'floor.shade' && Number(v) > 200 ? 200 : v) })`,
  ],
  'factors-complete': [
    `(env) => ({ setFactor(name, v) { const kept = env.factor(name); env.setFactor(name, v);
    if (name === 'floor.shade') env.setFactor(name, kept); } })`,
  ],
  policy: [`() => ({})`, `wild: () => ({ name: 'wild', act: () => Float32Array.of(1.5) })`],
  reachable: [
    `spec({ declares: { oracle: { policy: 'still' } } })`,
    `still: () => ({ name: 'still', act: () => Float32Array.of(0) })`,
  ],
};

/** Laws that a world is held to already where it is registered or made, in words of their own. */
const EARLIER: Readonly<Record<string, RegExp>> = { id: /id/, sizes: /stateNames|sizes/, 'action-bounds': /action/ };

function judged(ended: Ended, law: string, out: string): Verdict {
  const named = new RegExp(`law '${law}'${EARLIER[law] === undefined ? '' : `|${EARLIER[law].source}`}`);
  const verdict = refused(ended, [named]);
  return verdict.outcome === 'survived' && existsSync(out) ? failed('silent', 'left a folder') : verdict;
}

/** The module of the bad world. */
const name = (dir: string): string => join(dir, 'bad.ts');

/** Bad worlds. */
export const worlds: Kind = {
  name: 'bad worlds',
  short: 3,
  full: Infinity,
  async cases(key, count) {
    return sample(key, Object.keys(BROKEN), count).map((law) => ({
      name: `a world that breaks '${law}'`,
      async run(dir: string): Promise<Verdict> {
        mkdirSync(dir, { recursive: true });
        writeFileSync(name(dir), source(...([...BROKEN[law]!, ''].slice(0, 2) as [string, string])));
        const out = join(dir, 'out');
        return judged(await jepa(['run', name(dir), '--out', out, '--quiet']), law, out);
      },
    }));
  },
};
