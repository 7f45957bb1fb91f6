import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import {
  broadcastShape,
  concat,
  flip,
  input,
  pad,
  roll,
  type Shape,
  sizeOf,
  slice,
  split,
  stridesOf,
} from './index.ts';

/** Shapes of rank 0 to 4 whose dimensions are 1, 2 or 3, so that they often broadcast. */
const shape: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });

test('broadcasting is commutative, idempotent and has [] and ones as neutral elements', () => {
  fc.assert(
    fc.property(shape, shape, (a, b) => {
      expect(broadcastShape(a, b)).toEqual(broadcastShape(b, a));
      expect(broadcastShape(a, a)).toEqual(a);
      expect(broadcastShape(a, [])).toEqual(a);
      expect(
        broadcastShape(
          a,
          a.map(() => 1),
        ),
      ).toEqual(a);
    }),
  );
});

test('broadcasting is associative where it is defined, and both shapes broadcast to the result', () => {
  fc.assert(
    fc.property(shape, shape, shape, (a, b, c) => {
      const ab = broadcastShape(a, b);
      const bc = broadcastShape(b, c);
      if (ab !== undefined) expect(broadcastShape(a, ab)).toEqual(ab);
      if (ab === undefined || bc === undefined) return;
      expect(broadcastShape(ab, c)).toEqual(broadcastShape(a, bc));
    }),
  );
});

test('shapes broadcast exactly when every pair of dimensions from the right is equal or holds a 1', () => {
  fc.assert(
    fc.property(shape, shape, (a, b) => {
      const fits = [...a].reverse().every((d, i) => {
        const e = [...b].reverse()[i] ?? 1;
        return d === e || d === 1 || e === 1;
      });
      expect(broadcastShape(a, b) !== undefined).toBe(fits);
    }),
  );
});

test('strides address every element once', () => {
  fc.assert(
    fc.property(shape, (s) => {
      const strides = stridesOf(s);
      const places = new Set<number>();
      const visit = (axis: number, at: number): void => {
        if (axis === s.length) places.add(at);
        else for (let i = 0; i < s[axis]!; i++) visit(axis + 1, at + i * strides[axis]!);
      };
      visit(0, 0);
      expect([...places].sort((x, y) => x - y)).toEqual(Array.from({ length: sizeOf(s) }, (_, i) => i));
    }),
  );
});

/** A shape of rank 1 to 3 and one of its axes. */
const shapeAndAxis: fc.Arbitrary<[Shape, number]> = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain((s) => fc.tuple(fc.constant(s), fc.integer({ min: 0, max: s.length - 1 })));

async function same(s: Shape, there: (x: ReturnType<typeof input>) => ReturnType<typeof input>): Promise<void> {
  const data = Float32Array.from({ length: sizeOf(s) }, (_, i) => i + 1);
  const y = there(input('x', s));
  expect(y.shape).toEqual(s);
  const program = await compile({ y });
  expect((await program.run({ inputs: { x: data } })).y).toEqual(data);
  await program.dispose();
}

test('slicing undoes padding', async () => {
  const widths = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
  await fc.assert(
    fc.asyncProperty(shapeAndAxis, widths, ([s, axis], [before, after]) =>
      same(s, (x) =>
        slice(
          pad(
            x,
            s.map((_, i): readonly [number, number] => (i === axis ? [before, after] : [0, 0])),
            9,
          ),
          axis,
          before,
          before + s[axis]!,
        ),
      ),
    ),
    { numRuns: 30 },
  );
});

test('concatenation undoes splitting', async () => {
  await fc.assert(
    fc.asyncProperty(shapeAndAxis, fc.nat(), ([s, axis], n) => {
      const cut = 1 + (n % s[axis]!);
      const sizes = cut === s[axis] ? [cut] : [cut, s[axis]! - cut];
      return same(s, (x) => concat(split(x, sizes, axis), axis));
    }),
    { numRuns: 30 },
  );
});

test('flipping twice and rolling around change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(shapeAndAxis, fc.integer({ min: -5, max: 5 }), async ([s, axis], n) => {
      await same(s, (x) => flip(flip(x, axis), axis));
      await same(s, (x) => roll(roll(x, n, axis), -n, axis));
    }),
    { numRuns: 20 },
  );
});
