// Processes that are killed: at random moments, and at calls of the file system. Continued, they must end as if nothing had
// happened, bit for bit, and leave nothing behind.

import { join } from 'node:path';
import { fold, type Key, uniformOne } from '../src/core/index.ts';
import { jepa } from './child.ts';
import { sample } from './draw.ts';
import { disaster, lastWords } from './judge.ts';
import { type Case, failed, type Kind, survived, type Verdict } from './kind.ts';
import { difference, snapshot } from './snapshot.ts';
import { commandOf, resumeOf, STAGES, type StageName, stageWithFault, type Victim, victimIn } from './victim.ts';

/** Continues a stage and compares what comes out with an undisturbed one. */
export async function continued(victim: Victim, stage: StageName, out: string): Promise<Verdict> {
  const ended = await jepa(resumeOf(stage, out));
  const bad = disaster(ended);
  if (bad !== undefined) return bad;
  if (ended.code !== 0) return failed('unclear', `cannot be continued: ${lastWords(ended)}`);
  const other = difference((await victim.straight(stage)).content, snapshot(out));
  return other.length === 0 ? survived : failed('silent', `continued, ${other.slice(0, 4).join(', ')}`);
}

/** The stages that faults are put into: all, or for a few cases the two that have most in them. */
export function stagesOf(count: number): readonly StageName[] {
  return count < 2 * STAGES.length ? ['run', 'export'] : STAGES;
}

/** Moments of a stage at which something happens, as shares of its undisturbed time. */
export function moments(key: Key, count: number): readonly (readonly [StageName, number])[] {
  const stages = stagesOf(count);
  return Array.from({ length: count }, (_, i) => [stages[i % stages.length]!, uniformOne(fold(key, i))]);
}

async function atMoments(key: Key, count: number, victim: Victim): Promise<readonly Case[]> {
  return moments(key, count).map(([stage, share]) => ({
    name: `${stage} killed after ${Math.round(100 * share)} % of its time`,
    async run(dir) {
      const out = join(dir, 'run');
      await victim.ready(stage, out);
      const { ms } = await victim.straight(stage);
      await jepa(commandOf(stage, out), {
        onStart: (child) => void setTimeout(() => child.kill('SIGKILL'), share * ms),
      });
      return continued(victim, stage, out);
    },
  }));
}

async function atCalls(key: Key, count: number, victim: Victim): Promise<readonly Case[]> {
  const all: Case[] = [];
  const stages = stagesOf(count);
  const each = Math.ceil(count / stages.length);
  for (const stage of stages) {
    const { calls } = await victim.straight(stage);
    const numbered = calls.map((call, i) => [i + 1, ...call] as const);
    for (const [at, op, file] of sample(fold(key, stage), numbered, each)) {
      all.push({
        name: `${stage} killed at call ${at}, ${op} ${file}`,
        async run(dir) {
          const out = join(dir, 'run');
          await victim.ready(stage, out);
          await stageWithFault(stage, out, { under: out, at, how: 'kill' });
          return continued(victim, stage, out);
        },
      });
    }
  }
  return all;
}

/** Kills. */
export const kills: Kind = {
  name: 'kills',
  short: 3,
  full: 60,
  async cases(key, count, dir) {
    const victim = victimIn(dir);
    const few = Math.max(1, Math.floor(count / 4));
    return [
      ...(await atMoments(fold(key, 'moments'), few, victim)),
      ...(await atCalls(fold(key, 'calls'), count - few, victim)),
    ];
  },
};
