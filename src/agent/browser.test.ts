// The same agent in Node and in a page: one file, the same decisions.

import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { distance } from '../nn/run-module.law.ts';
import { openRooms, type RoomsPage, whyNoBrowser } from '../runtime/browser.law.ts';
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

const ACT = `async (source, runtime) => {
  const { loadAgent } = await import('/dist/src/agent/index.js');
  const picture = (seed) => Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
  const agent = await loadAgent(source, { runtime });
  agent.setGoal(picture(9));
  const { action, plan } = await agent.act(picture(1));
  await agent.dispose();
  return { action: [...action], plan: [...plan.actions], describe: agent.describe };
}`;

test.skipIf(whyNoBrowser !== undefined)('in a page an agent is fetched and decides as in Node', async () => {
  const source = `data:application/octet-stream;base64,${readFileSync(files.world).toString('base64')}`;
  const there = (await rooms.page.evaluate(
    `window.runtimeOf('wasm').then((r) => (${ACT})(${JSON.stringify(source)}, r)).catch((e) => String(e))`,
  )) as { action: number[]; plan: number[]; describe: string } | string;
  if (typeof there === 'string') throw new Error(there);
  const picture = (seed: number): Uint8Array =>
    Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
  const agent = await loadAgent(files.world);
  agent.setGoal(picture(9));
  const { action, plan } = await agent.act(picture(1));
  expect(there.describe).toBe(agent.describe);
  expect(distance(there.plan, plan!.actions)).toBeLessThan(1e-3);
  expect(distance(there.action, action)).toBeLessThan(1e-3);
});
