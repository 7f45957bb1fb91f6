import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SafeTensor } from '../data/index.ts';
import { writeSafetensors } from '../data/node.ts';
import { inspectModel } from './inspect.ts';

test('a file of more tensors than a call takes arguments is described', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jepa-inspect-'));
  const path = join(folder, 'many.safetensors');
  const one: SafeTensor = { dtype: 'U8', shape: [0], data: new Uint8Array(0) };
  writeSafetensors(
    path,
    Array.from({ length: 200_000 }, (_, i) => [`t${i}`, one] as const),
  );
  const { text } = inspectModel(path);
  rmSync(folder, { recursive: true });
  const lines = text.split('\n');
  expect(lines[0]).toBe(`${path}: 200000 tensors, 0 numbers`);
  expect(lines.at(-1)).toBe('and 199,900 more; --json names them all');
});
