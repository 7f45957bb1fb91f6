import { expect, test } from 'vitest';
import { type Camera, canvas, type Solid, type Stage, sceneRenderer } from './index.ts';
import { meshes, type SolidType } from './mesh.ts';

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
/** Looks along -x from (3, 0, 0): y to the right, z up. */
const FRONT: Camera = { position: [3, 0, 0], target: [0, 0, 0], fovy: 60 };
const LEVEL: Camera = { position: [3, 0, 0], target: [0, 0, 0], viewHeight: 4 };
/** Every surface shows its own colour. */
const EVEN = { direction: [-1, 0, -1], ambient: 1, diffuse: 0 };

const solid = (type: SolidType, size: readonly number[], rest: Partial<Solid> = {}): Solid => ({
  type,
  size,
  position: [0, 0, 0],
  rotation: IDENTITY,
  color: WHITE,
  ...rest,
});

/** The picture, `at(x, y)` its pixels. */
function picture(size: number, solids: readonly Solid[], stage: Partial<Stage> = {}, samples = 1) {
  const data = new Uint8Array(size * size * 3);
  const renderer = sceneRenderer(size, size, { camera: FRONT, light: EVEN, background: BLACK, ...stage }, samples);
  renderer.draw(canvas(data, size, size), solids);
  const at = (x: number, y: number): number[] => [...data.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)];
  return { data, at, area: data.reduce((a, b) => a + b, 0) / 765 };
}

test('meshes are closed, turn outward, and enclose nearly the volume of their shapes', () => {
  const volumes: [SolidType, number][] = [
    ['box', 8],
    ['sphere', (4 * Math.PI) / 3],
    ['ellipsoid', (4 * Math.PI) / 3],
    ['cylinder', 2 * Math.PI],
    // Half length 1 between the caps.
    ['capsule', (4 * Math.PI) / 3 + 2 * Math.PI],
  ];
  for (const [type, volume] of volumes) {
    const { units, caps, triangles } = meshes[type];
    const edges = new Map<string, number>();
    const corner = (v: number): number[] => [units[3 * v]!, units[3 * v + 1]!, units[3 * v + 2]! + caps[v]!];
    let six = 0;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => corner(triangles[t + k]!)) as [number[], number[], number[]];
      six += a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!);
      six += a[1]! * (b[2]! * c[0]! - b[0]! * c[2]!);
      six += a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!);
      for (const [p, q] of [
        [a, b],
        [b, c],
        [c, a],
      ] as const) {
        const name = (v: number[]): string => v.map((x) => (Math.round(x * 1e6) + 0).toString()).join();
        const way = `${name(p)} ${name(q)}`;
        edges.set(way, (edges.get(way) ?? 0) + 1);
      }
    }
    for (const [way, count] of edges) {
      const [p, q] = way.split(' ');
      expect(edges.get(`${q} ${p}`), `${type} ${way}`).toBe(count);
    }
    expect(six / 6 / volume).toBeLessThanOrEqual(1 + 1e-12);
    expect(six / 6 / volume).toBeGreaterThan(0.93);
  }
});

test('a sphere on the axis shows a disc of radius f r / sqrt(d^2 - r^2)', () => {
  const n = 200;
  const f = n / 2 / Math.tan(Math.PI / 6);
  const radius = (f * 0.8) / Math.sqrt(9 - 0.64);
  const { area, at } = picture(n, [solid('sphere', [0.8])]);
  // The mesh lies inside: its outline is a polygon of 16 sides or more.
  expect(area / (Math.PI * radius * radius)).toBeLessThan(1.005);
  expect(area / (Math.PI * radius * radius)).toBeGreaterThan(0.95);
  expect(at(100, 100)).toEqual(WHITE);
  expect(at(Math.round(100 + 0.96 * radius), 100)).toEqual(WHITE);
  expect(at(Math.round(100 + 1.02 * radius), 100)).toEqual(BLACK);
});

test('a box shows its front face at f h / (d - depth)', () => {
  const n = 200;
  const f = n / 2 / Math.tan(Math.PI / 6);
  // Front face at x = 0.5, 2.5 from the eye; half width 0.7, half height 0.4. The sides hide behind it.
  const [w, h] = [(f * 0.7) / 2.5, (f * 0.4) / 2.5];
  const { at, area } = picture(n, [solid('box', [0.5, 0.7, 0.4])]);
  const columns = Array.from({ length: n }, (_, x) => x).filter((x) => at(x, 100)[0] === 255);
  const rows = Array.from({ length: n }, (_, y) => y).filter((y) => at(100, y)[0] === 255);
  // Pixels whose centre lies within.
  expect([columns[0], columns.at(-1)]).toEqual([Math.ceil(100 - w - 0.5), Math.floor(100 + w - 0.5)]);
  expect([rows[0], rows.at(-1)]).toEqual([Math.ceil(100 - h - 0.5), Math.floor(100 + h - 0.5)]);
  expect(area).toBe(columns.length * rows.length);
});

test('right and up in the picture are where the camera has them', () => {
  const { at } = picture(64, [
    solid('sphere', [0.2], { position: [0, 1, 0], color: [255, 0, 0] }),
    solid('sphere', [0.2], { position: [0, 0, 1], color: [0, 255, 0] }),
  ]);
  const f = 32 / Math.tan(Math.PI / 6) / 3;
  expect(at(Math.round(32 + f), 32)).toEqual([255, 0, 0]);
  expect(at(32, Math.round(32 - f))).toEqual([0, 255, 0]);
});

test('without perspective, shapes show their outlines to scale at any distance', () => {
  const n = 256;
  const scale = (n / 4) ** 2;
  const shapes: [Solid, number][] = [
    [solid('box', [0.3, 0.5, 0.7]), 4 * 0.5 * 0.7],
    [solid('sphere', [0.9]), Math.PI * 0.81],
    [solid('cylinder', [0.4, 0.9]), 4 * 0.4 * 0.9],
    [solid('capsule', [0.4, 0.9]), 4 * 0.4 * 0.9 + Math.PI * 0.16],
    [solid('ellipsoid', [0.2, 0.5, 1.1]), Math.PI * 0.5 * 1.1],
    // A quarter turn about x: the axis lies along y.
    [solid('cylinder', [0.4, 0.9], { rotation: [1, 0, 0, 0, 0, -1, 0, 1, 0] }), 4 * 0.4 * 0.9],
    // The plane's normal towards the camera.
    [solid('plane', [0.5, 0.3, 1], { rotation: [0, 0, 1, 1, 0, 0, 0, 1, 0] }), 4 * 0.5 * 0.3],
  ];
  for (const [shape, want] of shapes) {
    for (const x of [0, -50]) {
      const { area } = picture(n, [{ ...shape, position: [x, 0, 0] }], { camera: LEVEL }, 4);
      const share = area / scale / want;
      expect(share, shape.type).toBeLessThan(1.01);
      expect(share, shape.type).toBeGreaterThan(shape.type === 'box' || shape.type === 'plane' ? 0.99 : 0.95);
    }
  }
});

test('what is nearer hides what is behind it, in any order of drawing', () => {
  const near = solid('box', [0.2, 0.3, 0.3], { position: [1, 0, 0], color: [255, 0, 0] });
  const far = solid('sphere', [0.8], { position: [-1, 0, 0], color: [0, 255, 0] });
  const [one, two] = [picture(64, [near, far]), picture(64, [far, near])];
  expect(two.data).toEqual(one.data);
  expect(one.at(32, 32)).toEqual([255, 0, 0]);
  expect(one.at(32, 22)).toEqual([0, 255, 0]);
});

test('bodies that cut through each other each hide what lies behind their own surface', () => {
  // Upright slabs crossing at right angles, seen at 45 degrees: left half one colour, right half the other.
  const stage = { camera: { position: [3, 3, 0], target: [0, 0, 0], fovy: 40 } };
  const { at } = picture(
    64,
    [solid('box', [1, 0.001, 0.5], { color: [255, 0, 0] }), solid('box', [0.001, 1, 0.5], { color: [0, 255, 0] })],
    stage,
  );
  // The x axis points to the left in this picture.
  expect(at(26, 32)).toEqual([255, 0, 0]);
  expect(at(38, 32)).toEqual([0, 255, 0]);
});

test('a plane shows its colour times ambient plus diffuse times the cosine, and nothing from below', () => {
  const light = { direction: [0, 3, -4], ambient: 0.3, diffuse: 0.5 };
  const floor = solid('plane', [0, 0, 1], { color: [200, 100, 50] });
  const above = picture(16, [floor], { camera: { position: [1, 0, 2], target: [0, 0, 0], fovy: 40 }, light });
  // Cosine 4/5: 0.3 + 0.5 * 0.8 = 0.7.
  expect(new Set(Array.from({ length: 256 }, (_, i) => above.at(i % 16, i >> 4).join()))).toEqual(
    new Set(['140,70,35']),
  );
  const below = picture(16, [floor], { camera: { position: [1, 0, -2], target: [0, 0, 0], fovy: 40 }, light });
  expect(below.area).toBe(0);
});

test('a sphere is lit by the cosine of its normal, smoothly', () => {
  const n = 128;
  const light = { direction: [-1, 0, 0], ambient: 0, diffuse: 1 };
  const { at } = picture(n, [solid('sphere', [1.5], { color: [250, 250, 250] })], { camera: LEVEL, light });
  const scale = n / 4;
  for (const y of [0, 0.3, 0.6, 0.9, 1.2]) {
    const cosine = Math.sqrt(1 - (y / 1.5) ** 2);
    // Light is interpolated over facets of 22.5 degrees.
    expect(Math.abs(at(Math.round(64 + y * scale), 64)[0]! - 250 * cosine)).toBeLessThan(12);
  }
});

test('light above what a byte holds is cut, not wrapped', () => {
  const light = { direction: [0, 0, -1], ambient: 1, diffuse: 1 };
  const camera = { position: [0.1, 0, 3], target: [0, 0, 0], fovy: 20 };
  expect(picture(16, [solid('box', [2, 2, 0.1], { color: [200, 100, 20] })], { camera, light }).at(8, 8)).toEqual([
    255, 200, 40,
  ]);
});

test('an endless plane is cut at the near plane and reaches the horizon', () => {
  const n = 64;
  const { at } = picture(n, [solid('plane', [0, 0, 1], { position: [0, 0, -0.2] })]);
  for (let y = 0; y < n; y++) {
    const want = y < n / 2 ? BLACK : WHITE;
    // 100 m away the edge of the plane is still a little below the horizon.
    if (y !== n / 2) for (const x of [0, 31, 63]) expect(at(x, y)).toEqual(want);
  }
});

test('what stands before the near plane or behind the camera is not seen', () => {
  const camera = { ...FRONT, near: 1 };
  expect(picture(32, [solid('sphere', [0.2], { position: [2.5, 0, 0] })], { camera }).area).toBe(0);
  expect(picture(32, [solid('sphere', [0.2], { position: [5, 0, 0] })]).area).toBe(0);
  // A box cut by the near plane stays without its front: its inside is not seen either, only what is beyond it.
  const cut = picture(32, [solid('box', [1, 0.3, 0.3], { position: [2, 0, 0] })], { camera });
  expect(cut.at(16, 16)).toEqual(BLACK);
});

test('a shadow lies on the ground where the light goes through the solid', () => {
  const n = 101;
  const stage = {
    camera: { position: [0, 0, 10], target: [0, 0, 0], up: [0, 1, 0], viewHeight: 4 },
    light: { direction: [1, 0, -1], ambient: 1, diffuse: 0 },
    shadow: { height: 0, shade: 0.5 },
  };
  const floor = solid('plane', [0, 0, 1], { color: [200, 200, 200] });
  const pole = solid('box', [0.1, 0.1, 0.2], { position: [-1.5, 1, 0.2], color: [0, 0, 255] });
  // A box of half height 0.2 at height 1: its middle is cast to x = 1, its edges to 1 +- 0.3 +- 0.2.
  const box = solid('box', [0.3, 0.3, 0.2], { position: [0, 0, 1], color: [255, 0, 0] });
  const { at } = picture(n, [box], { ...stage, still: [floor, pole] });
  const pixel = (x: number, y: number): number[] => at(Math.floor(50.5 + (x * n) / 4), Math.floor(50.5 - (y * n) / 4));
  expect(pixel(0, 0)).toEqual([255, 0, 0]);
  // The pole stands from -1.6 to -1.4 and is 0.4 high: its own shadow reaches to -1.
  expect([pixel(-1.5, 1), pixel(-1.1, 1), pixel(-0.9, 1)]).toEqual([
    [0, 0, 255],
    [100, 100, 100],
    [200, 200, 200],
  ]);
  for (const [x, y] of [
    [1, 0],
    [1.45, 0.25],
    [0.55, -0.25],
  ] as const)
    expect(pixel(x, y)).toEqual([100, 100, 100]);
  for (const [x, y] of [
    [1.55, 0],
    [0.45, 0],
    [1, 0.35],
    [-1, 0],
  ] as const)
    expect(pixel(x, y)).toEqual([200, 200, 200]);
});

test('solids that never move look as if they were drawn each time', () => {
  const light = { direction: [-1, 1, -1], ambient: 0.3, diffuse: 0.6 };
  const still = [solid('box', [0.2, 1.1, 0.1]), solid('plane', [0, 0, 1], { position: [0, 0, -0.5] })];
  const ball = solid('sphere', [0.8], { color: [200, 90, 10] });
  const together = picture(64, [ball, ...still], { light });
  expect(picture(64, [ball], { light, still }).data).toEqual(together.data);
});

test('a pixel of several samples is their mean', () => {
  const scene = [solid('sphere', [0.8], { color: [200, 90, 10] }), solid('box', [0.2, 1.1, 0.1])];
  const light = { direction: [-1, 1, -1], ambient: 0.3, diffuse: 0.6 };
  for (const samples of [2, 3]) {
    const [fine, coarse] = [picture(20 * samples, scene, { light }), picture(20, scene, { light }, samples)];
    for (let y = 0; y < 20; y++) {
      for (let x = 0; x < 20; x++) {
        const sum = [0, 0, 0];
        for (let k = 0; k < samples * samples; k++) {
          fine.at(x * samples + (k % samples), y * samples + Math.floor(k / samples)).forEach((v, c) => {
            sum[c]! += v;
          });
        }
        const mean = sum.map((v) => Math.floor(v / samples ** 2 + 0.5));
        expect(coarse.at(x, y)).toEqual(mean);
      }
    }
  }
});

test('nothing outside the canvas is written, and a second drawing gives the same bytes', () => {
  const data = new Uint8Array(24 * 24 * 3 + 30).fill(9);
  const renderer = sceneRenderer(24, 24, { camera: FRONT, light: EVEN, background: [1, 2, 3] });
  const scene = [
    solid('box', [0.5, 9, 9]),
    solid('sphere', [1], { position: [2.2, 1.9, 0] }),
    solid('capsule', [0.3, 4]),
  ];
  renderer.draw(canvas(data, 24, 24, 10), scene);
  expect([...data.subarray(0, 10), ...data.subarray(10 + 1728)]).toEqual(new Array(30).fill(9));
  const again = new Uint8Array(24 * 24 * 3);
  renderer.draw(canvas(again, 24, 24), []);
  renderer.draw(canvas(again, 24, 24), scene);
  expect(again).toEqual(data.subarray(10, 10 + 1728));
});

test('neighbouring facets leave no gap', () => {
  const turned = 0.3;
  const [c, s] = [Math.cos(turned), Math.sin(turned)];
  for (const [i, rotation] of [IDENTITY, [c, -s, 0, s, c, 0, 0, 0, 1], [c, 0, s, 0, 1, 0, -s, 0, c]].entries()) {
    const { at } = picture(96, [solid('sphere', [1.2], { rotation })], { camera: i === 0 ? LEVEL : FRONT });
    for (let y = 0; y < 96; y++) {
      const row = Array.from({ length: 96 }, (_, x) => at(x, y)[0]);
      const [first, last] = [row.indexOf(255), row.lastIndexOf(255)];
      if (first >= 0) expect(row.slice(first, last + 1).every((v) => v === 255)).toBe(true);
    }
  }
});

test('cameras and lights without a direction, and canvases of another size, are refused', () => {
  const make = (stage: Partial<Stage>, samples?: number) => () =>
    sceneRenderer(16, 16, { camera: FRONT, light: EVEN, background: BLACK, ...stage }, samples);
  expect(make({ camera: { ...FRONT, target: [3, 0, 0] } })).toThrow(/from position to target must be a direction/);
  expect(make({ camera: { ...FRONT, up: [1, 0, 0] } })).toThrow(/square to up .* must be a direction/);
  expect(make({ camera: { position: [3, 0, 0], target: [0, 0, 0] } })).toThrow(/either fovy, .* or viewHeight/);
  expect(make({ camera: { ...FRONT, viewHeight: 1 } })).toThrow(/either fovy/);
  expect(make({ camera: { ...FRONT, fovy: 180 } })).toThrow(/either fovy/);
  expect(make({ light: { ...EVEN, direction: [0, 0, 0] } })).toThrow(/light: direction must be a direction/);
  expect(make({ light: { ...EVEN, direction: [1, 0, 0] }, shadow: { height: 0, shade: 0.5 } })).toThrow(/from above/);
  expect(make({}, 0)).toThrow(/samples must be whole, 1 to 8, got 0/);
  expect(() => make({})().draw(canvas(new Uint8Array(3 * 15 * 15), 15, 15), [])).toThrow(
    /16 x 16 pixels, got .* 15 x 15/,
  );
});
