import fc from 'fast-check';
import { expect, test } from 'vitest';
import { levelYaw, quaternionFrom, rotationMatrix, rotationVector } from './rotation.ts';

const part = fc.double({ min: -1.7, max: 1.7, noNaN: true });

test('a rotation vector shorter than half a turn survives the way to a quaternion and back', () => {
  fc.assert(
    fc.property(part, part, part, (x, y, z) => {
      const quaternion = new Float64Array(4);
      quaternionFrom([x, y, z], 0, quaternion, 0);
      expect(Math.hypot(...quaternion)).toBeCloseTo(1, 12);
      for (const sign of [1, -1]) {
        const back = new Float64Array(3);
        rotationVector(
          quaternion.map((v) => sign * v),
          0,
          back,
          0,
        );
        [x, y, z].forEach((v, i) => {
          expect(back[i]).toBeCloseTo(v, 9);
        });
      }
    }),
  );
});

test('the matrix turns about the axis by the angle', () => {
  const m = new Float64Array(9);
  rotationMatrix([0, 0, Math.PI / 2], 0, m);
  [0, -1, 0, 1, 0, 0, 0, 0, 1].forEach((v, i) => {
    expect(m[i]).toBeCloseTo(v, 12);
  });
  rotationMatrix([0, 0, 0], 0, m);
  expect([...m]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  // Rodrigues: v cos + (k x v) sin + k (k.v)(1 - cos), for v = x and k = (0.6, 0.8, 0), angle 1.
  rotationMatrix([0.6, 0.8, 0], 0, m);
  const [c, s] = [Math.cos(1), Math.sin(1)];
  expect(m[0]).toBeCloseTo(c + 0.36 * (1 - c), 12);
  expect(m[3]).toBeCloseTo(0.48 * (1 - c), 12);
  expect(m[6]).toBeCloseTo(-0.8 * s, 12);
});

test('the level yaw of a cube is the same on every face it may lie on, up to quarter turns', () => {
  const quarter = Math.PI / 2;
  const yaw = 0.3;
  const [c, s] = [Math.cos(yaw / 2), Math.sin(yaw / 2)];
  const h = Math.SQRT1_2;
  // Lying on each face: a quarter turn about x or y first, or none, or half a turn.
  for (const [w, x, y] of [
    [1, 0, 0],
    [h, h, 0],
    [h, -h, 0],
    [h, 0, h],
    [h, 0, -h],
    [0, 1, 0],
  ] as const) {
    const vector = new Float64Array(3);
    rotationVector([c * w, c * x - s * y, c * y + s * x, s * w], 0, vector, 0);
    const apart = (levelYaw(vector, 0) - yaw) / quarter;
    expect(apart - Math.round(apart)).toBeCloseTo(0, 9);
  }
});
