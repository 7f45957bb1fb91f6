// The `push-t` layout: chipmunk-trace.txt, what the C library Chipmunk2D computes for a T, a pushing disc and four walls.
// Scenario by scenario, a line `s0` with the start and a line `st` after each step of control: agent x, y; block x, y,
// angle; agent velocity. The file does not state the actions; the agent is never pushed back, so that they follow from
// its motion, and stand below.
//
// Some states are over-constrained (the block between agent and wall or across a wall, the agent wedged between bar and
// stem): ten iterations do not solve them, and the order in which the library's tree visits contacts decides the result.
// From the first such step of a scenario on, the block is only required to stay within a bound of the trace.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { makeCase, type ParityCase, type ParityTensor, type Tolerance } from './case.ts';

/** The file by which the layout is known. */
export const TRACE_FILE = 'chipmunk-trace.txt';

/** Numbers of one line: agent x, y; block x, y, angle; agent velocity. */
const SIZE = 7;
const EXACT = 1e-6;

interface Scenario {
  readonly actions: readonly (readonly [number, number])[];
  /** Steps before the first over-constrained one. */
  readonly exact: number;
  /** Pixels (and radians) within which the block stays from there on. */
  readonly bound: number;
}

const repeat = (action: readonly [number, number], times: number): (readonly [number, number])[] =>
  Array.from({ length: times }, () => action);

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  S1: { actions: repeat([1, 0], 8), exact: 8, bound: 0 },
  S2: { actions: repeat([0, -1], 10), exact: 7, bound: 40 },
  S3: {
    actions: [
      [-1, 0.2],
      [-0.8, -0.6],
      [0.5, -1],
      [1, -0.3],
      [0.2, 0.9],
      [-1, 1],
      [-0.7, -0.7],
      [0, -1],
      [1, 0],
      [1, 0.5],
      [-0.3, 1],
      [-1, -1],
    ],
    exact: 12,
    bound: 0,
  },
  S4: { actions: repeat([0, 0], 3), exact: 3, bound: 0 },
  S5: {
    actions: [
      [0.5, 0.3],
      [0.5, 0],
      [0.4, -0.2],
      [0.3, 0.1],
      [0.2, 0.2],
      [0.2, -0.3],
      [0.3, 0],
      [0.2, 0.1],
    ],
    exact: 0,
    bound: 20,
  },
  S6: {
    actions: [
      [0.6, -0.2],
      [0.6, -0.1],
      [0.4, -0.3],
      [0.3, -0.3],
      [0.3, 0.2],
      [0.1, -0.4],
      [0.2, -0.2],
      [-0.3, -0.4],
    ],
    exact: 0,
    bound: 10,
  },
  S7: {
    actions: [
      [0.5, 0],
      [0.5, 0],
      [0.3, 0],
      [0.2, 0],
      [0.1, 0],
      [0, 0.3],
      [0.3, -0.2],
      [0.3, 0],
    ],
    exact: 2,
    bound: 0.02,
  },
  S8: {
    actions: [
      [0, -0.2],
      [0.1, -0.2],
      [0.2, -0.2],
      [0.2, -0.1],
      [0.2, 0],
      [0.2, -0.2],
      [0, -0.2],
      [-0.2, -0.1],
    ],
    exact: 8,
    bound: 0,
  },
};

/**
 * Reads the trace in `dir` as the case `push-t`. Per scenario: `input.S.start` [7], `input.S.actions` [T, 2],
 * `output.S.agent` [T, 4], `output.S.block` [T, 3] up to the first over-constrained step, `output.S.block_bounded` after.
 */
export function traceCase(dir: string): ParityCase {
  const file = join(dir, TRACE_FILE);
  const tensors = new Map<string, ParityTensor>();
  const expected = new Map<string, Tolerance>();
  const add = (name: string, shape: readonly number[], data: readonly number[], atol?: number): void => {
    tensors.set(name, { shape, dtype: 'float64', data: Float64Array.from(data) });
    if (atol !== undefined) expected.set(name, { atol });
  };
  for (const [name, rows] of readRows(file)) {
    const scenario = SCENARIOS[name];
    const [start, ...steps] = rows;
    if (start === undefined || scenario === undefined || steps.length !== scenario.actions.length) {
      throw new JepaError(
        'corrupt',
        `${file}: scenario ${name} is unknown or of another length, ${steps.length} steps`,
      );
    }
    const { actions, exact, bound } = scenario;
    add(`input.${name}.start`, [SIZE], start);
    add(`input.${name}.actions`, [actions.length, 2], actions.flat());
    add(`output.${name}.agent`, [steps.length, 4], steps.flatMap(agentOf), EXACT);
    const poses = steps.map((row) => row.slice(2, 5));
    if (exact > 0) add(`output.${name}.block`, [exact, 3], poses.slice(0, exact).flat(), EXACT);
    if (exact < steps.length) {
      add(`output.${name}.block_bounded`, [steps.length - exact, 3], poses.slice(exact).flat(), bound);
    }
  }
  return makeCase({
    name: 'push-t',
    dir,
    config: {},
    scalars: new Map(),
    scalars64: new Map(),
    scalarsRtol: 1e-5,
    notes: ['block_bounded: over-constrained states, in which the order of contacts decides'],
    tensors,
    weights: new Map(),
    after: new Map(),
    expected,
  });
}

/** The agent's x, y and velocity in a line. */
export function agentOf(row: readonly number[]): number[] {
  return [...row.slice(0, 2), ...row.slice(5, 7)];
}

/** The lines of each scenario. */
function readRows(file: string): ReadonlyMap<string, readonly (readonly number[])[]> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new JepaError('io', `cannot read ${file}: ${(cause as Error).message}`, { file }, { cause });
  }
  const scenarios = new Map<string, number[][]>();
  let rows: number[][] = [];
  for (const [i, line] of text.trim().split('\n').entries()) {
    const [head = '', ...rest] = line.trim().split(/\s+/);
    if (rest.length === 0) {
      rows = [];
      scenarios.set(head, rows);
      continue;
    }
    const row = rest.map(Number);
    if (row.length !== SIZE || row.some((v) => !Number.isFinite(v))) {
      throw new JepaError('corrupt', `${file}, line ${i + 1}: must hold ${SIZE} numbers after the first word`, {
        file,
      });
    }
    rows.push(row);
  }
  return scenarios;
}
