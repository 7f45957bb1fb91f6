import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeSyntheticRun } from './synthetic-run.law.ts';
import { writeReport } from './write.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-notes-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const json = (name: string, value: unknown): void => writeFileSync(join(dir, name), JSON.stringify(value));
const run = { recipe: 'r', seed: 0, status: 'failed', config: { train: { lr: 2, steps: 3 }, env: 'x' } };
const report = (): string => readFileSync(writeReport(dir), 'utf8');
const sectionOf = (page: string, id: string): string =>
  new RegExp(`<section id="${id}">.*?</section>`, 's').exec(page)![0];
const full = (): void => writeSyntheticRun(dir, { steps: 20, episodes: 1, frames: 3, size: 8 });

test('why a run failed stands at the top', () => {
  json('run.json', { ...run, failure: { code: 'numeric', message: 'the loss is <NaN>' } });
  const page = report();
  const header = page.slice(page.indexOf('<header>'), page.indexOf('</header>'));
  expect(header).toContain('This run failed');
  expect(header).toContain('numeric');
  expect(header).toContain('the loss is &lt;NaN&gt;');
});

test('a run without a failure has no such card', () => {
  json('run.json', run);
  expect(report()).not.toContain('This run failed');
});

test('settings that differ from the recipe come first', () => {
  const open =
    /<details class="card" open><summary>Changed settings <small>1<\/small><\/summary>.*?<td>train\.lr<\/td><td>2<\/td>/s;
  json('run.json', { ...run, changed: ['train.lr'] });
  expect(report()).toMatch(open);
  expect(report()).toContain('Settings as in the recipe <small>2</small>');
  json('run.json', { ...run, changed: [] });
  expect(report()).toContain('Every setting is as the recipe has it.');
  json('run.json', run);
  expect(report()).toContain('<summary>Configuration <small>3</small>');
});

test('results made with other settings stand below the first ones, with settings and command', () => {
  full();
  const planning = JSON.parse(readFileSync(join(dir, 'evals/planning.json'), 'utf8'));
  const origin = { settings: { 'plan.horizon': 9 }, command: 'jepa eval r --set plan.horizon=9' };
  json('evals/planning@a1b2.json', { ...planning, origin });
  json('evals/probe@a1b2.json', {
    probes: [],
    origin: { settings: {}, seed: 3, checkpoint: 40, command: 'jepa eval r' },
  });
  const page = report();
  const section = sectionOf(page, 'planning');
  expect(section.indexOf('With other settings')).toBeGreaterThan(section.indexOf('<h3>paper'));
  expect(section).toContain('plan.horizon=9</small>');
  expect(section).toContain('<code>jepa eval r --set plan.horizon=9</code>');
  expect(section.match(/<h3>strict/g)).toHaveLength(2);
  expect(sectionOf(page, 'probe')).toContain('seed 3, after step 40</small>');
  expect(sectionOf(page, 'surprise')).not.toContain('With other settings');
});

test('a damaged result with other settings is named and leaves the first one alone', () => {
  full();
  json('evals/surprise@x.json', { clips: 'many', origin: { settings: {}, command: 'jepa eval r' } });
  json('evals/surprise@y.json', { clips: 5 });
  const section = sectionOf(report(), 'surprise');
  expect(section).toContain('evals/surprise@x.json: clips must be a number, got string');
  expect(section).toContain('evals/surprise@y.json: origin must be');
  expect(section).toContain('AUC <b>0.998</b>');
});

test('where no instrument was measured the report says why', () => {
  json('run.json', { ...run, config: { train: { instrumentsEvery: 50 } } });
  const lines = (last: number): void =>
    writeFileSync(join(dir, 'metrics.jsonl'), `{"step":1,"loss":1}\n{"step":${last},"loss":1}\n`);
  lines(20);
  expect(sectionOf(report(), 'collapse')).toContain('measured every 50 steps, and this run logged 20');
  lines(100);
  expect(sectionOf(report(), 'collapse')).toMatch(
    /none of the 2 lines of metrics.jsonl holds any.*given none to measure/,
  );
});
