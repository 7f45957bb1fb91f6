import { expect, test } from 'vitest';
import { add, constant, input, mul } from '../tensor/index.ts';
import { compile } from './index.ts';

test('an output with the name of an input is refused by name', async () => {
  await expect(compile({ x: add(input('x', [2]), 1) }, { name: 'step' })).rejects.toThrow(
    /step: output 'x' has the name of an input/,
  );
});

test('inputs and outputs may have names that look like inner ones', async () => {
  const program = await compile({
    v0: mul(add(input('v1', [2]), input('c0', [2])), 3),
    c1: constant(Float32Array.of(7), [1], 'f32'),
  });
  const out = await program.run({ inputs: { v1: Float32Array.of(1, 2), c0: Float32Array.of(10, 20) } });
  expect([...out.v0!]).toEqual([33, 66]);
  expect([...out.c1!]).toEqual([7]);
});
