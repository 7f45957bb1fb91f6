import { expect, test } from 'vitest';
import { configDifferences } from './compare.ts';
import { picturesFile, probeFile, rolloutFile } from './files.ts';
import { parseFile, parseMetrics, parseRun } from './parse.ts';

// What the library wrote before there was one form.
const LIBRARY = {
  config: { lr: 0.1 },
  seed: 5,
  versions: { jepa: '0.1.0', node: 'v20.20.0' },
  machine: { platform: 'linux', release: '6.1.0', arch: 'x64', cpu: 'Some CPU', cores: 2, memoryBytes: 4294967296 },
  started: '2026-01-01T00:00:00.000Z',
};

// What the command line wrote before failures and other results were recorded.
const COMMAND = {
  recipe: 'two-room',
  seed: 1,
  status: 'done',
  command: 'jepa run two-room --seed 1',
  started: '2026-01-01T00:00:00.000Z',
  minutes: 3.25,
  machine: { cpu: 'Some CPU', cores: 2, memoryGiB: 4, platform: 'linux x64' },
  versions: { jepa: '0.1.0', node: '20.20.0', onnxruntime: '1.30.0' },
  config: { model: 'le-wm' },
  metrics: { 'planning.strict.success': 0.5, 'train.loss': null },
};

test('a run.json of the old library form opens as a run without a recipe that did not end', () => {
  expect(parseRun(JSON.stringify(LIBRARY))).toEqual({
    ...LIBRARY,
    recipe: '',
    status: 'unfinished',
    machine: { cpu: 'Some CPU', cores: 2, memoryGiB: 4, platform: 'linux x64', release: '6.1.0' },
  });
});

test('a run.json of the old command-line form opens as it is, null metrics as not a number', () => {
  const metrics = { ...COMMAND.metrics, 'train.loss': Number.NaN };
  expect(parseRun(JSON.stringify(COMMAND))).toEqual({ ...COMMAND, metrics });
});

test('fields of later versions are kept, and a status that is not known is unfinished', () => {
  const later = { ...COMMAND, status: 'paused', cluster: { nodes: 4 }, machine: { ...COMMAND.machine, gpu: 'H200' } };
  expect(parseRun(JSON.stringify(later))).toMatchObject({
    status: 'unfinished',
    cluster: { nodes: 4 },
    machine: { gpu: 'H200' },
  });
});

test('metrics of both old forms are read, with alarms gathered and a torn last line passed over', () => {
  const trained =
    '{"step":1,"loss":0.5,"terms":{"a":0.5},"lr":0.1,"gradNorm":2,"instruments":{"knn":0.2,"alarm.RANK":3,"spectrum":[1,0]},' +
    '"timing":{"seconds":1,"imagesPerSecond":8,"waitShare":0,"programShare":1,"overheadShare":0,"pauseShare":0}}';
  const lines = parseMetrics(`${trained}\n\n{"step":2,"loss":null}\n{"step":3,"lo`);
  expect(lines).toMatchObject([
    { step: 1, instruments: { knn: 0.2, spectrum: [1, 0], standing: { RANK: 3 } }, timing: { programShare: 1 } },
    { step: 2, loss: Number.NaN },
  ]);
  expect(lines).toHaveLength(2);
  // A last line that is whole counts, also without its line end.
  expect(parseMetrics('{"step":1}')).toEqual([{ step: 1 }]);
});

test('an error names the file, the field, what it must be and what it is', () => {
  const dimensions = [{ name: 'x', r: 'high', r2: 1 }];
  const text = JSON.stringify({ probes: [{ target: 'position', kind: 'linear', dimensions }] });
  expect(() => parseFile(probeFile, text, 'evals/probe.json')).toThrow(
    'evals/probe.json: probes[0].dimensions[0].r must be a number, got string',
  );
  expect(() => parseFile(probeFile, '{"probes": ', 'evals/probe.json')).toThrow(/^evals\/probe\.json must be JSON: /);
  expect(() => parseMetrics('{"step":1}\n2\n')).toThrow(/^metrics\.jsonl line 2 must be an object, got number/);
  const extent = JSON.stringify({ frames: 1, height: 1, width: 1, success: true, extent: [0, 0, 1] });
  expect(() => parseFile(rolloutFile, extent, 'rollouts/0.json')).toThrow(
    /rollouts\/0\.json: extent.* must be a.*, got /,
  );
});

test('a picture that is an address is refused', () => {
  const patches = [{ image: 'https://example.org/x.png', components: '', similarity: '' }];
  const text = JSON.stringify({ neighbours: [], patches });
  expect(() => parseFile(picturesFile, text, 'evals/pictures.json')).toThrow(
    /evals\/pictures\.json: patches\[0\]\.image must be a data:image\/png;base64 address, got string/,
  );
});

test('configurations differ in the settings whose values differ', () => {
  const base = { train: { lr: 0.1, steps: 9 }, sizes: [1, 2], model: 'a' };
  expect(configDifferences(base, structuredClone(base))).toEqual({});
  expect(configDifferences(base, { train: { lr: 0.2, steps: 9 }, sizes: [1, 3], model: 'a' })).toEqual({
    'train.lr': 0.2,
    sizes: [1, 3],
  });
  expect(configDifferences(base, { train: { lr: 0.1, steps: 9 }, sizes: [1, 2] })).toEqual({ model: null });
});
