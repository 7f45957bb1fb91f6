// The package's front door: the names that a first program needs. Everything else is in the rooms, `jepa/<room>`.
// It imports no module of Node, so that it also loads in a browser.

export { grad, valueAndGrad } from './autodiff/index.ts';
export { type CompileOptions, compile, type Program, type RunOptions } from './compile/index.ts';
export { flatLayout, flatView, fold, JepaError, type Key, key } from './core/index.ts';
export { makeEnv } from './envs/index.ts';
export { bind, initialise } from './nn/index.ts';
export { adamW } from './optim/index.ts';
export { cem, mpc } from './plan/index.ts';
export { defaultRuntime, nodeRuntime, type Runtime, webRuntime } from './runtime/index.ts';
export { constant, input, parameter, state, stopGradient, type Tensor } from './tensor/index.ts';
export { type LeWm, type LeWmConfig, leWm } from './world/index.ts';
