// Every operation, forward and gradient, in a browser tab: the model that Node made runs there and gives equal results.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { everything } from '../autodiff/case-program.law.ts';
import { allCases } from '../autodiff/cases/all.law.ts';
import { type Case, inputsOf } from '../autodiff/finite-difference.law.ts';
import { openRooms, type RoomsPage, whyNoBrowser } from '../runtime/browser.law.ts';
import { nodeRuntime, type WebDevice } from '../runtime/index.ts';
import { compile } from './index.ts';

const portable = nodeRuntime({ portable: true });
let rooms: RoomsPage;

beforeAll(async () => {
  if (whyNoBrowser === undefined) rooms = await openRooms();
});

afterAll(() => rooms?.close());

interface Job {
  readonly model: string;
  readonly feeds: Readonly<Record<string, { dtype: string; shape: readonly number[]; data: number[] }>>;
  readonly outputs: readonly string[];
}

const RUN = `async ({ model, feeds, outputs }, runtime) => {
  const arrays = { f32: Float32Array, i32: Int32Array, i64: BigInt64Array, bool: Uint8Array, u8: Uint8Array };
  const host = {};
  for (const [name, { dtype, shape, data }] of Object.entries(feeds))
    host[name] = { dtype, shape, data: arrays[dtype].from(dtype === 'i64' ? data.map(BigInt) : data) };
  const session = await runtime.load(Uint8Array.from(atob(model), (c) => c.charCodeAt(0)));
  const results = await session.run(host, Object.fromEntries(outputs.map((n) => [n, null])));
  await session.dispose();
  return Object.fromEntries(outputs.map((n) => [n, Array.from(results[n].data, Number)]));
}`;

/** Complaints about a case on a device, empty when it agrees with Node. */
async function complaints(c: Case, device: WebDevice, tolerance: number): Promise<string[]> {
  const { tensors, host } = inputsOf(c, 5);
  const program = await compile(everything(c, tensors), { runtime: portable });
  const here = await program.run({ inputs: host });
  const job: Job = {
    model: Buffer.from(program.model).toString('base64'),
    feeds: Object.fromEntries(
      program.sources.map(({ name, type }) => [name, { ...type, data: Array.from(host[name]!, Number) }]),
    ),
    outputs: Object.keys(program.outputs),
  };
  await program.dispose();
  const there = (await rooms.page.evaluate(
    `window.runtimeOf('${device}').then((r) => (${RUN})(${JSON.stringify(job)}, r)).catch((e) => String(e))`,
  )) as Record<string, number[]> | string;
  if (typeof there === 'string') return [`${c.name}: ${there}`];
  return job.outputs.flatMap((name) => {
    const a = Array.from(here[name]!, Number);
    const scale = a.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
    const worst = a.reduce((m, v, i) => Math.max(m, Math.abs(v - there[name]![i]!)), 0);
    return worst / scale <= tolerance ? [] : [`${c.name}, ${name}: differs by ${worst / scale}`];
  });
}

const devices = [
  { device: 'wasm', tolerance: 1e-5 },
  { device: 'webgpu', tolerance: 1e-3 },
] as const;

/** One case of each function, because a browser is slow to start a model; and all of those that have been wrong there. */
const wrongBefore = /groups|^maxPool2d|^cumulativeSum|^flip/;
const oneOfEach = allCases.filter(
  (c, i) => wrongBefore.test(c.name) || allCases.findIndex((d) => d.name.split(' ')[0] === c.name.split(' ')[0]) === i,
);

for (const { device, tolerance } of devices) {
  test.skipIf(whyNoBrowser !== undefined)(
    `every operation runs on ${device} in a browser and agrees with Node`,
    async ({ skip }) => {
      const missing = await rooms.missing(device);
      if (missing !== undefined) {
        console.warn(`${device} is not tested: ${missing}`);
        skip(missing);
      }
      const found: string[] = [];
      for (const c of oneOfEach) found.push(...(await complaints(c, device, tolerance)));
      expect(found).toEqual([]);
    },
    240_000,
  );
}
