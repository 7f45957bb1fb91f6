// The same training step in Node and in a browser tab, through onnxruntime-web.

import { afterAll, beforeAll, expect, test } from 'vitest';
import * as autodiff from '../autodiff/index.ts';
import * as compile from '../compile/index.ts';
import * as tensor from '../tensor/index.ts';
import { openRooms, type RoomsPage, whyNoBrowser } from './browser.law.ts';
import { defaultRuntime } from './index.ts';
import { trainingStep } from './training-step.law.ts';

let rooms: RoomsPage;

beforeAll(async () => {
  if (whyNoBrowser === undefined) rooms = await openRooms();
});

afterAll(() => rooms?.close());

const devices = [
  { device: 'wasm', tolerance: 1e-5 },
  { device: 'webgpu', tolerance: 1e-4 },
] as const;

for (const { device, tolerance } of devices) {
  test.skipIf(whyNoBrowser !== undefined)(
    `${device} in a browser computes the training step of Node`,
    async ({ skip }) => {
      const missing = await rooms.missing(device);
      if (missing !== undefined) {
        console.warn(`${device} is not tested: ${missing}`);
        skip(missing);
      }
      const there = (await rooms.page.evaluate(
        `window.runtimeOf('${device}').then((r) => (${trainingStep.toString()})(window.rooms, r))`,
      )) as Record<string, number[]>;
      const here = await trainingStep({ autodiff, compile, tensor }, defaultRuntime());
      expect(Object.keys(there)).toEqual(Object.keys(here));
      for (const name in here) {
        const scale = Math.max(1e-3, ...here[name]!.map(Math.abs));
        const worst = Math.max(...here[name]!.map((v, i) => Math.abs(v - there[name]![i]!)));
        expect(worst / scale, name).toBeLessThan(tolerance);
      }
    },
  );
}
