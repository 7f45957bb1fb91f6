import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { canvas, resampleArea } from '../../raster/index.ts';
import { twoRoom } from '../index.ts';

type Room = ReturnType<typeof twoRoom>;

function frame(env: Room, draw: 'render' | 'renderGoal' = 'render'): Uint8Array {
  const { imageSize } = env.spec;
  const out = new Uint8Array(imageSize * imageSize * 3);
  env[draw](out);
  return out;
}

const pixel = (picture: Uint8Array, x: number, y: number, size = 224): number[] => [
  ...picture.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
];

/** The reference formula in float64 before truncation, for an agent on white floor far from walls. */
const reference = (dx: number, dy: number, r: number): number[] => {
  const alpha = Math.exp(-(dx * dx + dy * dy) / (2 * r * r));
  return [255, 255 * (1 - alpha), 255 * (1 - alpha)];
};

test('A11: the reference frame with the agent at (60, 112)', () => {
  const env = twoRoom();
  env.setState([60, 112]);
  const picture = frame(env);
  expect(pixel(picture, 60, 112)).toEqual([255, 0, 0]);
  expect(pixel(picture, 67, 112)).toEqual([255, 100, 100]);
  expect(pixel(picture, 80, 112)).toEqual([255, 250, 250]);
  expect(pixel(picture, 112, 49)).toEqual([255, 255, 255]);
  expect(pixel(picture, 112, 112)).toEqual([0, 0, 0]);
  expect(pixel(picture, 12, 12)).toEqual([0, 0, 0]);
  expect(pixel(picture, 5, 5)).toEqual([255, 255, 255]);
});

test('A11: 5,577 wall pixels', () => {
  const env = twoRoom();
  env.setState([60, 112]);
  const picture = frame(env);
  let black = 0;
  for (let i = 0; i < picture.length; i += 3) if (picture[i]! + picture[i + 1]! + picture[i + 2]! === 0) black++;
  expect(black).toBe(5577);
});

test('A11: channel sums R 11,372,317 and G = B 11,290,062', () => {
  const env = twoRoom();
  env.setState([60, 112]);
  const sums = [0, 0, 0];
  frame(env).forEach((v, i) => {
    sums[i % 3]! += v;
  });
  expect(sums.slice(1)).toEqual([11_290_062, 11_290_062]);
  // R is 255 everywhere but for a few hundred pixels where float32 gives 254.99998, truncated; which ones depends on the
  // last bit of the reference's vectorised exp, so single pixels may differ by 1.
  expect(Math.abs(sums[0]! - 11_372_317)).toBeLessThanOrEqual(8);
});

test('every pixel of the 224-pixel frame is within one level of the formula', () => {
  const env = twoRoom();
  env.setState([55.25, 130.75]);
  const picture = frame(env);
  const peak = Math.exp(-(0.25 ** 2 + 0.25 ** 2) / 98);
  let worst = 0;
  for (let y = 20; y < 200; y++) {
    for (let x = 20; x < 100; x++) {
      const alpha = Math.exp(-((x - 55.25) ** 2 + (y - 130.75) ** 2) / 98) / peak;
      [255, 255 * (1 - alpha), 255 * (1 - alpha)].forEach((want, c) => {
        worst = Math.max(worst, Math.abs(Math.floor(want) - pixel(picture, x, y)[c]!));
      });
    }
  }
  expect(worst).toBeLessThanOrEqual(1);
});

test('radius and colours of the factors are those of the picture', () => {
  const env = twoRoom();
  env.reset(key(0), {
    state: [60, 160],
    factors: { 'wall.color': [1, 2, 3], 'door.color': [4, 5, 6], 'background.color': [7, 8, 9] },
  });
  const picture = frame(env);
  expect(pixel(picture, 112, 180)).toEqual([1, 2, 3]);
  expect(pixel(picture, 112, 49)).toEqual([4, 5, 6]);
  expect(pixel(picture, 11, 20)).toEqual([1, 2, 3]);
  expect(pixel(picture, 5, 5)).toEqual([7, 8, 9]);
  env.setFactor('background.color', [255, 255, 255]);
  env.setFactor('agent.radius', 14);
  const want = reference(14, 0, 14).map(Math.floor);
  expect(pixel(frame(env), 74, 160)).toEqual(want);
});

test('the goal cannot be seen unless render_target is 1', () => {
  const env = twoRoom();
  env.reset(key(0), { state: [60, 160], goal: [160, 60] });
  expect(pixel(frame(env), 160, 60)).toEqual([255, 255, 255]);
  env.setFactor('rendering.render_target', 1);
  expect(pixel(frame(env), 160, 60)).toEqual([0, 255, 0]);
});

test('the goal frame is the frame of the agent standing at the goal', () => {
  for (const imageSize of [224, 64]) {
    const env = twoRoom({ imageSize });
    env.reset(key(5));
    const goal = frame(env, 'renderGoal');
    env.setState(env.goal());
    expect(frame(env)).toEqual(goal);
  }
});

test('a horizontal wall is the vertical one with x and y exchanged', () => {
  const env = twoRoom();
  env.reset(key(0), { state: [60, 160] });
  const upright = frame(env);
  env.reset(key(0), { state: [160, 60], factors: { 'wall.axis': 0 } });
  const lying = frame(env);
  let different = 0;
  for (let y = 0; y < 224; y++) {
    for (let x = 0; x < 224; x++) if (pixel(upright, x, y).join() !== pixel(lying, y, x).join()) different++;
  }
  expect(different).toBe(0);
});

test.each([64, 96, 112, 448])('the %i-pixel frame is the 224-pixel frame averaged over areas', (imageSize) => {
  const [large, small] = [twoRoom(), twoRoom({ imageSize })];
  const want = new Uint8Array(imageSize * imageSize * 3);
  let sum = 0;
  for (let i = 0; i < 6; i++) {
    large.reset(fold(key(1), i));
    small.setState(large.state());
    resampleArea(canvas(frame(large), 224, 224), canvas(want, imageSize, imageSize));
    const got = frame(small);
    // Where the dot's tail crosses a wall's edge inside one pixel, mean of blends and blend of means differ a little.
    got.forEach((v, at) => {
      const off = Math.abs(v - want[at]!);
      sum += off;
      if (off > 12) throw new Error(`byte ${at}: ${v} for ${want[at]}`);
    });
  }
  expect(sum / (6 * want.length)).toBeLessThan(0.2);
});

test('the dot moves smoothly in small pictures: half a pixel of motion changes the frame', () => {
  const env = twoRoom({ imageSize: 64 });
  env.setState([60, 112]);
  const before = frame(env);
  env.setState([60.5, 112]);
  expect(frame(env)).not.toEqual(before);
});

test('two worlds with different factors do not share a background', () => {
  const [one, two] = [twoRoom({ imageSize: 64 }), twoRoom({ imageSize: 64 })];
  for (const env of [one, two]) env.setState([60, 160]);
  const before = frame(one);
  two.setFactor('wall.color', [0, 0, 255]);
  frame(two);
  expect(frame(one)).toEqual(before);
});
