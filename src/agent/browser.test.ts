// The same agent in Node and in a page: one file, the same embeddings, expectations and decisions.

import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { distance } from '../nn/run-module.law.ts';
import { openRooms, type RoomsPage, whyNoBrowser } from '../runtime/browser.law.ts';
import type { Runtime } from '../runtime/index.ts';
import { agentFiles } from './artefact/agent-files.law.ts';
import { loadAgent } from './index.ts';

const files = agentFiles();
let rooms: RoomsPage;

beforeAll(async () => {
  if (whyNoBrowser === undefined) rooms = await openRooms();
});
afterAll(async () => {
  rmSync(files.dir, { recursive: true, force: true });
  await rooms?.close();
});

/**
 * What an agent says. It runs on both sides, so it uses nothing but its arguments. All candidates are elites: among few, two may be
 * so close that the last digit decides.
 */
async function said(load: typeof loadAgent, source: string, runtime: Runtime | undefined) {
  const picture = (seed: number) =>
    Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
  const planner = { samples: 12, elites: 12, iterations: 1 };
  const agent = await load(source, runtime === undefined ? { planner } : { planner, runtime });
  agent.setGoal(picture(9));
  const { action, plan } = await agent.act(picture(1));
  const numbers = {
    action: [...action],
    plan: [...plan!.actions],
    cost: [plan!.cost],
    embedding: [...(await agent.embed(picture(1)))],
    imagined: [...(await agent.imagine(picture(1), new Float32Array(16).fill(0.25)))],
    read: Object.values(await agent.decode(picture(1))),
    decoded: [] as number[],
  };
  // A goal in words of the state, with something to avoid.
  const avoid = { region: { 'agent.angle': [0, 0.1] }, weight: 2 } as const;
  agent.setGoal({ state: { 'agent.x': 1, 'agent.angle': 2 }, avoid });
  const there = await agent.act(picture(1));
  numbers.decoded = [...there.plan!.actions];
  await agent.dispose();
  return { describe: agent.describe, numbers };
}

test.skipIf(whyNoBrowser !== undefined)('in a page an agent is fetched and decides as in Node', async () => {
  const source = `data:application/octet-stream;base64,${readFileSync(files.decoder).toString('base64')}`;
  const run = `async (runtime) => (${said.toString()})((await import('/dist/src/agent/index.js')).loadAgent, ${JSON.stringify(source)}, runtime)`;
  const there = (await rooms.page.evaluate(
    `window.runtimeOf('wasm').then(${run}).catch((error) => String(error.stack))`,
  )) as Awaited<ReturnType<typeof said>> | string;
  if (typeof there === 'string') throw new Error(there);
  const here = await said(loadAgent, files.decoder, undefined);
  expect(there.describe).toBe(here.describe);
  for (const [name, numbers] of Object.entries(here.numbers))
    expect(distance(there.numbers[name as keyof typeof here.numbers], numbers), name).toBeLessThan(1e-4);
});
