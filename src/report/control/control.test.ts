import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GeneralisationFile } from '../../run/index.ts';
import { escapeHtml } from '../html.ts';
import { writeReport } from '../write.ts';
import { controlJson, controlMarkdown, readControlReport } from './report.ts';
import { syntheticProtocol, writeSyntheticControl } from './synthetic-control.law.ts';
import { controlTables } from './tables.ts';
import { writeControlReport } from './write.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-control-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const read = () => readControlReport(dir, { runs: [] });
const tableOf = (id: string) => controlTables(read().groups).find((table) => table.id === id);
const column = (id: string, name: string): readonly string[] => {
  const table = tableOf(id)!;
  return table.rows.map((row) => row[table.head.indexOf(name)]!);
};

const probe = (mse: number, r: number) => ({
  probes: ['linear', 'mlp'].map((kind) => ({
    target: 'agent position',
    kind,
    mse: kind === 'mlp' ? mse / 2 : mse,
    r,
    dimensions: [],
  })),
});
const surprise = (auc: number, p: number) => ({
  clips: 200,
  perturbedAt: 5,
  clean: { mean: [1] },
  perturbations: [{ name: 'teleport', auc, p, curve: { mean: [1] } }],
});

/** 50 tasks of which 3 more could not be varied; as it is, every policy solves 40. */
const generalisation = (group: string, successes: Readonly<Record<string, number>>): GeneralisationFile => ({
  tasks: 53,
  budget: 50,
  unvaried: [],
  groups: [
    {
      ...{ group, factors: [`${group}.color`], tasks: 50, leftOut: 3 },
      results: Object.entries(successes).map(([policy, success]) => ({
        ...{ policy, success, interval: [0, 1] },
        unvaried: { success: 40, interval: [0, 1] },
      })),
    },
  ],
  excluded: [],
});

test('success is pooled over seeds: the counts are added, and the interval is that of the sum', () => {
  const baselines = { random: 10, oracle: 100 };
  writeSyntheticControl(dir, { world: 'w', model: 'm', seed: 1, strict: { planner: 60, ...baselines } });
  writeSyntheticControl(dir, { world: 'w', model: 'm', seed: 0, strict: { planner: 90, ...baselines } });
  // Wilson for 150 of 200: centre (0.75 + z^2/400) / (1 + z^2/200), half z sqrt(0.75 * 0.25 / 200 + z^2/160000) / (1 + z^2/200).
  const z = 1.959964;
  const scale = 1 + z ** 2 / 200;
  const centre = (0.75 + z ** 2 / 400) / scale;
  const half = (z * Math.sqrt(0.1875 / 200 + z ** 2 / 160000)) / scale;
  const { result } = read().groups[0]!.protocols[0]!.policies.find((p) => p.policy === 'planner')!;
  expect(result).toMatchObject({ successes: 150, tasks: 200, rate: 0.75 });
  expect(result.interval[0]).toBeCloseTo(centre - half, 10);
  expect(result.interval[1]).toBeCloseTo(centre + half, 10);
  expect(column('control', 'strict %')).toEqual(['75.0 (68.6 to 80.5)']);
  expect(column('control', 'per seed')).toEqual(['90.0, 60.0']);
  expect(column('control', 'seeds')).toEqual(['0, 1']);
  expect(column('control', 'n')).toEqual(['200']);
});

test('a row holds both protocols, the baselines of its own tasks, cost and training time', () => {
  writeSyntheticControl(dir, {
    world: 'w',
    model: 'm',
    seed: 0,
    strict: { planner: 80, icem: 70, random: 5, oracle: 99 },
    paper: { planner: 90, random: 26, oracle: 100 },
  });
  expect(column('control', 'planner')).toEqual(['cem/le-wm (main)', 'icem']);
  expect(column('control', 'paper %')[0]).toMatch(/^90\.0 /);
  expect(column('control', 'paper %')[1]).toBe('-');
  expect(column('control', 'random, strict')[0]).toMatch(/^5\.0 /);
  expect(column('control', 'oracle, strict')[1]).toMatch(/^99\.0 /);
  expect(column('control', 'random, paper')[0]).toMatch(/^26\.0 /);
  expect(column('control', 's per decision')).toEqual(['0.02', '0.02']);
  expect(column('control', 'plans per episode')).toEqual(['10', '10']);
  expect(column('control', 'training min')).toEqual(['2', '2']);
  expect(tableOf('planners')!.rows).toEqual([['w', 'm', 'cem/le-wm 80.0 (71.1 to 86.7)', '70.0 (60.4 to 78.1)']]);
});

test('probes and areas are means over seeds, and p is the largest', () => {
  const strict = { planner: 1 };
  writeSyntheticControl(dir, {
    ...{ world: 'w', model: 'm', seed: 0, strict },
    evals: { probe: probe(0.1, 0.9), surprise: surprise(0.9, 1e-5) },
  });
  writeSyntheticControl(dir, {
    ...{ world: 'w', model: 'm', seed: 1, strict },
    evals: { probe: probe(0.3, 0.7), surprise: surprise(0.7, 0.2) },
  });
  expect(tableOf('probes')!.rows).toEqual([['w', 'm', 'agent position', '0.2 / 0.800', '0.1 / 0.800']]);
  expect(tableOf('surprise')!.rows).toEqual([['w', 'm', 'teleport', '0.800', '0.900, 0.700', '0.2', '200']]);
});

test('varied tasks stand beside the same tasks as they are, pooled over seeds', () => {
  for (const [seed, successes] of [10, 20].entries()) {
    const evals = { generalisation: generalisation('agent', { planner: successes, random: 1, oracle: 50 }) };
    writeSyntheticControl(dir, { world: 'w', model: 'm', seed, strict: { planner: 80 }, evals });
  }
  // 30 of 100 against 80 of 100.
  expect(tableOf('generalisation')!.rows).toEqual([
    [
      ...['w', 'm', 'agent', '30.0 (21.9 to 39.6)', '80.0 (71.1 to 86.7)', '-50.0'],
      ...['2.0 (0.6 to 7.0)', '100.0 (96.3 to 100.0)', '100', '6'],
    ],
  ]);
});

test('horizons stand beside each other, the nearest first', () => {
  const horizon = (goalOffset: number, planner: number, hierarchical: number) => ({
    goalOffset,
    budget: 2 * goalOffset,
    record: syntheticProtocol('strict', { planner, hierarchical, random: 1, oracle: 100 }),
  });
  writeSyntheticControl(dir, {
    ...{ world: 'w', model: 'm', seed: 0, strict: { planner: 80 } },
    evals: { 'long-horizon': { horizons: [horizon(75, 20, 60), horizon(25, 80, 82)] } },
  });
  expect(column('long-horizon', 'goal offset')).toEqual(['25', '75']);
  expect(column('long-horizon', 'flat %')[1]).toMatch(/^20\.0 /);
  expect(column('long-horizon', 'hierarchical %')[1]).toMatch(/^60\.0 /);
});

test('runs with other settings are not pooled, and say in what they differ', () => {
  const run = { world: 'w', model: 'm', strict: { planner: 50 } };
  writeSyntheticControl(dir, { ...run, seed: 0, config: { plan: { horizon: 5 } } });
  writeSyntheticControl(dir, { ...run, seed: 1, config: { plan: { horizon: 9 } } });
  expect(column('control', 'model')).toEqual(['m plan.horizon=5', 'm plan.horizon=9']);
  expect(column('control', 'n')).toEqual(['100', '100']);
});

test('which planners and stages ran beside, and settings of models that were not chosen, are no other settings', () => {
  const run = { world: 'w', model: 'm' };
  const config = (also: string[], other: number) => ({
    plan: { also },
    evals: { extra: also },
    models: { m: 1, other },
  });
  writeSyntheticControl(dir, { ...run, seed: 0, config: config(['icem'], 1), strict: { planner: 50, icem: 40 } });
  writeSyntheticControl(dir, { ...run, seed: 1, config: config([], 2), strict: { planner: 60 } });
  expect(column('control', 'model')).toEqual(['m', 'm']);
  expect(column('control', 'n')).toEqual(['200', '100']);
  expect(column('control', 'seeds')).toEqual(['0, 1', '0']);
});

test('a table without data is left out, and what is not done is named', () => {
  writeSyntheticControl(dir, { world: 'w', model: 'm', seed: 0, strict: { planner: 50 } });
  const stopped = writeSyntheticControl(dir, { world: 'w', model: 'm', seed: 1, status: 'interrupted' });
  mkdirSync(join(dir, 'image'));
  writeFileSync(
    join(dir, 'image/run.json'),
    JSON.stringify({ recipe: 'cifar10', seed: 0, status: 'done', config: {} }),
  );
  const report = readControlReport(dir, { runs: [{ name: 'next', status: 'failed', why: 'no memory' }] });
  expect(controlTables(report.groups).map(({ id }) => id)).toEqual(['control']);
  expect(report.notes).toEqual(['next: failed, no memory', `${stopped}: interrupted`]);
});

test('a damaged file is named and leaves the other results alone', () => {
  const name = writeSyntheticControl(dir, {
    ...{ world: 'w', model: 'm', seed: 0, strict: { planner: 50 } },
    evals: { 'long-horizon': { horizons: [{ goalOffset: 'far' }] } },
  });
  expect(read().notes).toEqual([
    `${name}: evals/long-horizon.json: horizons[0].goalOffset must be a number, got string.`,
  ]);
  expect(tableOf('control')!.rows).toHaveLength(1);
});

test('the page holds every row of every table and asks for nothing outside itself', () => {
  for (const seed of [0, 1]) {
    writeSyntheticControl(dir, {
      ...{ world: 'w<1>', model: 'm', seed },
      strict: { planner: 80, icem: 70, random: 5, oracle: 99 },
      paper: { planner: 90, random: 26, oracle: 100 },
      evals: {
        probe: probe(0.1, 0.9),
        surprise: surprise(0.9, 1e-5),
        generalisation: generalisation('agent', { planner: 10 }),
        'long-horizon': {
          horizons: [25, 50].map((goalOffset) => ({
            ...{ goalOffset, budget: 100 },
            record: syntheticProtocol('strict', { planner: 50, hierarchical: 60 }),
          })),
        },
      },
    });
  }
  const { files } = writeControlReport(dir, { command: 'jepa bench control', runs: [] }, join(dir, 'results'));
  const page = readFileSync(files.page, 'utf8');
  const tables = controlTables(read().groups);
  expect(tables).toHaveLength(6);
  for (const { id, rows } of tables) {
    expect(page).toContain(`<section id="${id}">`);
    for (const row of rows) expect(page).toContain(row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join(''));
  }
  expect(page).not.toContain('<td>w<1>');
  expect(page).not.toMatch(/https?:\/\/|@import|url\(/);
  expect(readFileSync(join(dir, 'results/control.md'), 'utf8')).toBe(readFileSync(files.markdown, 'utf8'));
  expect(JSON.parse(readFileSync(join(dir, 'results/control.json'), 'utf8')).bench).toBe('control');
});

test('the JSON holds seeds, machine, versions, protocol and the settings of the chosen model only', () => {
  const name = writeSyntheticControl(dir, { world: 'w', model: 'm', seed: 3, strict: { planner: 50 } });
  const json = JSON.parse(JSON.stringify(controlJson(read())));
  expect(json.groups[0]).toMatchObject({ world: 'w', model: 'm', seeds: [3], runs: [name], minutes: 12 });
  expect(json.groups[0].config).toEqual({ model: 'm', models: { m: { size: 1 } } });
  expect(json.runs[0]).toMatchObject({
    ...{ run: name, world: 'w', seed: 3, trainingMinutes: 2 },
    machine: { cores: 2 },
    versions: { node: '20.0.0' },
    protocols: [{ name: 'strict', goalOffset: 25, budget: 50, planner: { samples: 128 } }],
  });
});

test('the markdown has a head, a table and the command', () => {
  writeSyntheticControl(dir, { world: 'w', model: 'm', seed: 0, strict: { planner: 50 } });
  const text = controlMarkdown(readControlReport(dir, { command: 'jepa bench control', runs: [] }));
  expect(text).toContain('# Control benchmark\n');
  expect(text).toContain('- `jepa bench control`');
  expect(text).toContain('| w | m | cem/le-wm (main) | 50.0 (40.4 to 59.6) |');
});

test('the report of a single run shows every planner with its cost', () => {
  const strict = { planner: 80, icem: 70, random: 5, oracle: 99 };
  const name = writeSyntheticControl(dir, { world: 'w', model: 'm', seed: 0, strict });
  const page = readFileSync(writeReport(join(dir, name)), 'utf8');
  expect(page).toContain('<th>ms per decision</th>');
  expect(page).toMatch(/<td>icem<\/td>.*?bg-teal.*?<b>70 %<\/b>.*?<td>20<\/td><td>10<\/td>/);
  expect(page).toMatch(/<td>random<\/td>.*?bg-muted/);
});
