import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { pointWorld, recorded, walk } from './point-world.law.ts';
import { type ReplayOptions, replayTasks, solvedIn } from './tasks.ts';

const moving = walk(30, 10, 10, 4, 0);
const resting = walk(30, 50, 50, 0, 0);
const base = { protocol: 'paper', heldOutEpisodes: [1], goalOffset: 5, count: 10, key: key(0) } as const;

function strict(options: Omit<ReplayOptions, 'protocol'>): ReplayOptions {
  return { ...options, protocol: 'strict', satisfied: solvedIn(pointWorld()) };
}

test('start and goal are rows of the same held-out episode, the given number of rows apart', () => {
  const { tasks } = replayTasks({ ...base, source: recorded([resting, moving]) });
  expect(tasks).toHaveLength(10);
  for (const { episode, row, goalRow, start, goal } of tasks) {
    expect(episode).toBe(1);
    expect(goalRow).toBe(row + 5);
    expect([...start]).toEqual(moving[row]);
    expect([...goal]).toEqual(moving[row + 5]);
  }
});

test('a goal may be a part of the recorded state, and the task keeps the whole of it', () => {
  const goalOf = (state: Float32Array): Float32Array => state.slice(0, 1);
  const { tasks } = replayTasks({ ...base, source: recorded([resting, moving]), goalOf });
  for (const { goalRow, goal, goalState } of tasks) {
    expect([...goal]).toEqual([moving[goalRow]![0]]);
    expect([...goalState]).toEqual(moving[goalRow]);
  }
});

test('every row with its goal row inside the episode is eligible, and none is drawn twice', () => {
  const { tasks, eligible } = replayTasks({ ...base, source: recorded([resting, moving]), count: 25 });
  expect(eligible).toBe(25);
  expect(tasks.map((t) => t.row)).toEqual(Array.from({ length: 25 }, (_, i) => i));
});

test('the paper protocol keeps starts that already satisfy their goal', () => {
  const { tasks, excluded } = replayTasks({ ...base, source: recorded([moving, resting]), count: 25 });
  expect(tasks).toHaveLength(25);
  expect(excluded).toBe(0);
});

test('the strict protocol leaves starts that already satisfy their goal out and counts them', () => {
  const options = { ...base, heldOutEpisodes: [0, 1], source: recorded([moving, resting]), count: 25 };
  const { tasks, excluded, eligible } = replayTasks(strict(options));
  // 25 usable starts (episode 0), 25 at rest (episode 1). To find all 25 usable ones, most of the others are drawn too.
  expect(eligible).toBe(50);
  expect(tasks.every((t) => t.episode === 0)).toBe(true);
  const drawn = tasks.length + excluded;
  expect(drawn).toBeGreaterThan(25);
  expect(drawn).toBeLessThanOrEqual(50);
  // With one fewer task wanted than there are, the count of those left out is what the same draw met on the way.
  const fewer = replayTasks(strict({ ...options, count: 5 }));
  expect(fewer.excluded).toBeLessThanOrEqual(excluded);
});

test('the same key draws the same tasks, another key others', () => {
  const source = recorded([resting, moving]);
  const rows = (seed: number) => replayTasks({ ...base, source, key: key(seed) }).tasks.map((t) => t.row);
  expect(rows(1)).toEqual(rows(1));
  expect(rows(1)).not.toEqual(rows(2));
});

test('tasks carry the recorded frames of start and goal when there are any', () => {
  const [task] = replayTasks({ ...base, source: recorded([resting, moving], true), count: 1 }).tasks;
  expect([...task!.startFrame!.subarray(0, 3)]).toEqual([...moving[task!.row]!, 200]);
  expect([...task!.goalFrame!.subarray(0, 3)]).toEqual([...moving[task!.goalRow]!, 200]);
  expect(replayTasks({ ...base, source: recorded([resting, moving]) }).tasks[0]!.startFrame).toBeUndefined();
});

test('too few tasks are an error that says how many there are and why', () => {
  const source = recorded([moving, resting]);
  expect(() => replayTasks({ ...base, source, count: 26 })).toThrow(/26 paper tasks .* got 25 \(25 eligible rows/);
  expect(() => replayTasks(strict({ ...base, source, count: 1 }))).toThrow(/got 0 .* 25 starts already at their goal/);
  expect(() => replayTasks({ ...base, source, goalOffset: 30 })).toThrow(/got 0 \(0 eligible rows/);
});

test('options that cannot be are refused', () => {
  const source = recorded([moving, resting]);
  expect(() => replayTasks({ ...base, source, goalOffset: 0 })).toThrow(/goalOffset .* got 0/);
  expect(() => replayTasks({ ...base, source, heldOutEpisodes: [2] })).toThrow(/below 2, got 2/);
  expect(() => replayTasks({ ...base, source, protocol: 'strict' })).toThrow(/needs `satisfied`/);
  expect(() => replayTasks({ ...base, source, stateColumn: 'sate' })).toThrow(/did you mean 'state'/);
});
