// Every operation, forward and gradient, computes the same with the CPU's fused operators and with portable ones.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { everything } from '../autodiff/case-program.law.ts';
import { allCases } from '../autodiff/cases/all.law.ts';
import { type Case, inputsOf } from '../autodiff/finite-difference.law.ts';
import { topological } from '../autodiff/index.ts';
import { defaultRuntime, nodeRuntime, type Runtime } from '../runtime/index.ts';
import * as tensor from '../tensor/index.ts';
import { type HostArray, input } from '../tensor/index.ts';
import { compile } from './index.ts';

const portable = nodeRuntime({ portable: true });

async function run(c: Case, runtime: Runtime): Promise<Record<string, HostArray>> {
  const { tensors, host } = inputsOf(c, 5);
  const program = await compile(everything(c, tensors), { runtime });
  const results = await program.run({ inputs: host });
  await program.dispose();
  return results;
}

test.each(allCases.map((c) => [c.name, c] as const))('%s: fused and portable operators agree', async (_name, c) => {
  const [fast, plain] = [await run(c, defaultRuntime()), await run(c, portable)];
  expect(Object.keys(plain)).toEqual(Object.keys(fast));
  for (const name in fast) {
    const [a, b] = [fast[name]!, plain[name]!];
    if (!(a instanceof Float32Array)) {
      expect(b).toEqual(a);
      continue;
    }
    const scale = a.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
    const worst = a.reduce((m, v, i) => Math.max(m, Math.abs(v - Number(b[i]))), 0);
    expect(worst / scale).toBeLessThan(1e-5);
    expect(a.every((v) => Number.isFinite(v))).toBe(true);
  }
});

test('no portable model holds an operator outside the standard set', async () => {
  for (const c of allCases) {
    const program = await compile(everything(c, inputsOf(c).tensors), { runtime: portable });
    expect(Buffer.from(program.model).includes('com.microsoft'), c.name).toBe(false);
    await program.dispose();
  }
});

/** Names of all operations that the source files declare, whether as a record or through a factory. */
function declaredOperations(): string[] {
  const folder = new URL('../tensor/ops/', import.meta.url);
  const declaration =
    /\bname: '(\w+)'|\b(?:unary|binary|comparison|logical|reduction|alongAxis|argExtremum)\(\s*'(\w+)'/g;
  return readdirSync(folder)
    .filter((f) => f.endsWith('.ts') && !f.includes('.test.'))
    .flatMap((f) => [...readFileSync(new URL(f, folder), 'utf8').matchAll(declaration)].map((m) => m[1] ?? m[2]!));
}

test('the cases trace every operation that exists', () => {
  const traced = new Set<string>(['constant', 'source']);
  for (const c of allCases) {
    for (const node of topological(Object.values(everything(c, inputsOf(c).tensors)))) traced.add(node.op.name);
  }
  const declared = declaredOperations();
  expect(declared.length).toBeGreaterThan(60);
  expect(declared.filter((name) => !traced.has(name))).toEqual([]);
});

test('the cases exercise every exported function that makes a tensor', () => {
  // Not functions of tensors: sources, inspection, errors, shapes and the machinery of operations.
  const others = new Set([
    ...['input', 'parameter', 'state', 'random', 'constant', 'full', 'scalar', 'zeros', 'indices'],
    ...[
      'sourceOf',
      'constantOf',
      'transposeOf',
      'matmulOf',
      'affineNormOf',
      'geluInputOf',
      'isConstant',
      'bilinearMatrix',
    ],
    ...['apply', 'apply1', 'problem', 'shapeError', 'requireDType', 'showType', 'withScope'],
    ...['axisOf', 'broadcastShape', 'sameShape', 'showShape', 'sizeOf', 'stridesOf', 'bytesOf', 'holds', 'hostArray'],
    ...['emitInts', 'emitScalar'],
  ]);
  const exercised = new Set(allCases.map((c) => c.name.split(' ')[0]));
  expect(Object.keys(tensor).filter((name) => !others.has(name) && !exercised.has(name))).toEqual([]);
});

test('constants, zeros and indices are stored as given on both runtimes', async () => {
  const x = input('x', [2], 'i32');
  for (const runtime of [defaultRuntime(), portable]) {
    const program = await compile(
      {
        f: tensor.full(2.5, [2]),
        z: tensor.zeros([2], 'i64'),
        i: tensor.add(x, tensor.indices([7, 8])),
        u: tensor.constant(Uint8Array.of(1, 255), [2], 'u8'),
        s: tensor.scalar(-0),
      },
      { runtime },
    );
    const out = await program.run({ inputs: { x: Int32Array.of(1, -1) } });
    expect(out.f).toEqual(Float32Array.of(2.5, 2.5));
    expect(out.z).toEqual(BigInt64Array.of(0n, 0n));
    expect(out.i).toEqual(Int32Array.of(8, 7));
    expect([...(out.u as Uint8Array)]).toEqual([1, 255]);
    expect(Object.is(out.s![0], -0)).toBe(true);
  }
});
