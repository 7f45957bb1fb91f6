// The bouncing ball: its physics, its pictures and its laws as a world. Reference facts are those of
// danieljohnmorris/tiny-bouncing-jepa @02e7ca6.

import { expect, test } from 'vitest';
import { envLaws } from '../env.law.ts';
import { ballExpert, ballWorlds, bounce, bouncingBall, checkBallWorld, drawBall } from '../index.ts';

envLaws('bouncing-ball', { make: bouncingBall, expert: ballExpert });

const { full } = ballWorlds;
const lit = (x: number): number => {
  const picture = new Float32Array(64 * 64);
  drawBall(full, x, picture);
  return picture.reduce((a, b) => a + b, 0);
};

test('a ball covers 194 to 200 pixels, wherever it is', () => {
  const counts = new Set(Array.from({ length: 4600 }, (_, i) => lit(9 + i / 100)));
  expect([...counts].sort()).toEqual([194, 196, 197, 198, 200]);
  // The reference's fixture of eight positions.
  expect([12.25, 20.5, 28.75, 36, 44.25, 50.5, 32.1, 16.9].map(lit)).toEqual([198, 196, 198, 197, 198, 196, 198, 198]);
});

test('a pixel is lit exactly when its centre lies within the radius', () => {
  const picture = new Float32Array(64 * 64);
  drawBall(full, 20.5, picture);
  for (let y = 0; y < 64; y++)
    for (let x = 0; x < 64; x++) expect(picture[y * 64 + x]).toBe((x - 20.5) ** 2 + (y - 32) ** 2 <= 64 ? 1 : 0);
});

test('the reference episode from 37.75 to the right turns at the wall', () => {
  let [x, direction] = [37.75, 1];
  const seen = [x];
  for (let t = 0; t < 4; t++) {
    ({ x, direction } = bounce(full, x, direction));
    seen.push(x);
  }
  expect(seen).toEqual([37.75, 43.75, 49.75, 55.75, 49.75]);
});

test('an action is a direction, and a wall turns it', () => {
  const env = bouncingBall();
  const after = (x: number, action: number): number => {
    env.setState([x]);
    env.step([action]);
    return env.state()[0]!;
  };
  expect([after(30, 1), after(30, 0.2), after(30, -0.2), after(30, -1)]).toEqual([36, 36, 24, 24]);
  expect([after(10, -1), after(54, 1)]).toEqual([16, 48]);
});

test('half the size is the same world at half the scale', () => {
  const rgb = new Uint8Array(32 * 32 * 3);
  const env = bouncingBall({ imageSize: 32 });
  env.setState([41]);
  env.render(rgb);
  const picture = new Float32Array(32 * 32);
  drawBall(ballWorlds.lite, 20.5, picture);
  expect(Array.from({ length: 1024 }, (_, i) => rgb[3 * i]! / 255)).toEqual([...picture]);
});

test('a ball that does not fit is refused, and so is one too fast to bounce', () => {
  expect(() => bouncingBall({ radius: 31 })).toThrow(/the ball must fit.*radius 31/);
  expect(() => checkBallWorld({ ...full, radius: 8, speed: 25 })).toThrow(/2 speed <= size - 2 radius/);
  expect(() => checkBallWorld({ ...full, radius: -1 })).toThrow(/radius and speed positive/);
});
