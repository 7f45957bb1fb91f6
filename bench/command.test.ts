// `jepa bench` as a user calls it, on the quickest benchmark. Needs `npm run build` first, which `npm test` does.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/jepa.js', import.meta.url));
const run = promisify(execFile);

test('bench prints one JSON line and keeps a record with machine, load and raw samples', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'jepa-bench-'));
  try {
    const { stdout } = await run(process.execPath, [BIN, 'bench', 'env', '--json', '--out', join(dir, 'results')]);
    expect(JSON.parse(stdout).metrics['env.two-room.rendersPerSecond']).toBeGreaterThan(0);
    const record = JSON.parse(readFileSync(join(dir, 'results', 'env.json'), 'utf8'));
    expect(record).toMatchObject({
      bench: 'env',
      seed: 0,
      machine: { cores: expect.any(Number) },
      versions: { node: process.versions.node },
      loadBefore: { busyShare: expect.any(Number), loadAverage: expect.any(Array) },
      metrics: JSON.parse(stdout).metrics,
    });
    expect(record.record.samplesSeconds['two-room.render']).toHaveLength(record.record.options.rounds);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('an unknown benchmark exits 2 and names the known ones', async () => {
  await expect(run(process.execPath, [BIN, 'bench', 'trainin-step'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("did you mean 'training-step'?"),
  });
});
