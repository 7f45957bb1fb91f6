import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { difference, snapshot, timeless } from './snapshot.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-snapshot-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('times and places are left out of JSON, numbers stay', () => {
  const value = {
    started: 'now',
    loss: 1,
    timing: { seconds: 3 },
    path: '/a/b/c',
    metrics: { 'train.waitShare': 0.1, r: 2 },
  };
  expect(timeless(value, '/a')).toEqual({ loss: 1, path: '<dir>/b/c', metrics: { r: 2 } });
});

test('a file that differs, is missing or is left over is named', () => {
  for (const [name, text] of [
    ['same.bin', 'x'],
    ['line.jsonl', '{"step":1,"timing":{"seconds":1}}\n'],
    ['page.html', 'now'],
  ])
    writeFileSync(join(root, name!), text!);
  const before = snapshot(root);
  writeFileSync(join(root, 'line.jsonl'), '{"step":1,"timing":{"seconds":2}}\n');
  writeFileSync(join(root, 'page.html'), 'later');
  expect(difference(before, snapshot(root))).toEqual([]);
  writeFileSync(join(root, 'line.jsonl'), '{"step":2}\n');
  rmSync(join(root, 'same.bin'));
  writeFileSync(join(root, 'run.json.tmp-1-0-0'), '');
  expect(difference(before, snapshot(root))).toEqual([
    'line.jsonl differs',
    'same.bin is missing',
    'run.json.tmp-1-0-0 is left over',
  ]);
});
