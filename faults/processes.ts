// Processes that meet or are asked to stop: two on one folder, locks that were left, signals at random moments, a reader that is
// gone. At most one writes; one that is stopped ends with 130 and can be continued.

import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fold, type Key } from '../src/core/index.ts';
import { jepa } from './child.ts';
import { disaster, lastWords, refused } from './judge.ts';
import { continued, moments } from './kills.ts';
import { type Case, failed, type Kind, survived, type Verdict } from './kind.ts';
import { difference, snapshot } from './snapshot.ts';
import { commandOf, type StageName, type Victim, victimIn } from './victim.ts';

const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'EPIPE'] as const;

/** Stops a stage at a moment, and continues it. */
async function stopped(victim: Victim, stage: StageName, share: number, how: (typeof STOPS)[number], dir: string) {
  const out = join(dir, 'run');
  await victim.ready(stage, out);
  const { ms } = await victim.straight(stage);
  let sentMs = Infinity;
  // Progress is wanted here, for a reader that is gone shows only when something is written.
  const args = commandOf(stage, out).filter((arg) => how !== 'EPIPE' || arg !== '--quiet');
  const ended = await jepa(args, {
    onStart: (child) =>
      void setTimeout(() => {
        sentMs = performance.now();
        if (how !== 'EPIPE') child.kill(how);
        else {
          child.stdout!.destroy();
          child.stderr!.destroy();
        }
      }, share * ms),
  });
  // Node itself has not installed the program's handlers while it starts: the signal then ends it, as it ends anything.
  const early = ended.signal === how;
  const bad = early ? undefined : disaster(ended);
  if (bad !== undefined) return bad;
  if (!early && ![0, 130].includes(ended.code!)) {
    return failed('unclear', `exit code ${ended.code}, wanted 130: ${lastWords(ended)}`);
  }
  // Measured and told, not judged: other work on the machine decides it, too. A closed pipe shows only when something is said.
  const measured = how !== 'EPIPE' && ended.endMs > sentMs && ended.code === 130;
  const stopMs = measured ? ended.endMs - sentMs : undefined;
  const verdict = await continued(victim, stage, out);
  return stopMs === undefined ? verdict : { ...verdict, stopMs };
}

/** Two processes begin the same run: one does it, the other says who does. */
async function twoAtOnce(victim: Victim, stage: StageName, dir: string): Promise<Verdict> {
  const out = join(dir, 'run');
  await victim.ready(stage, out);
  const ends = await Promise.all([jepa(commandOf(stage, out)), jepa(commandOf(stage, out))]);
  for (const ended of ends) {
    const bad = disaster(ended);
    if (bad !== undefined) return bad;
    if (ended.code === 0) continue;
    // The second may also come when all is done.
    const verdict = refused(ended, [/is being written by process|already holds/]);
    if (verdict.outcome !== 'survived') return verdict;
  }
  if (ends.every(({ code }) => code !== 0)) return failed('unclear', `neither did it: ${lastWords(ends[0]!)}`);
  const other = difference((await victim.straight(stage)).content, snapshot(out));
  return other.length === 0 ? survived : failed('silent', other.slice(0, 4).join(', '));
}

/** Locks that stand in a folder, and whether the run goes on in spite of them. */
const LOCKS: Readonly<Record<string, readonly [content: string, goesOn: boolean]>> = {
  'of a process that is gone': [lock({ pid: 2 ** 22 - 7 }), true],
  'of a process whose number another one has': [lock({ pid: 1, start: 'long ago' }), true],
  'of another computer': [lock({ host: 'elsewhere' }), false],
  'that is empty': ['', false],
  'that is no JSON': ['{', false],
  'with a terminal escape': [lock({ host: 'elsewhere', command: '\u001b[2J\u001b]0;x\u0007' }), false],
  'with a number that is none': [lock({ pid: -1 }), false],
};

function lock(more: object): string {
  const record = { pid: 1, host: hostname(), command: 'jepa run', since: '2026-01-01T00:00:00.000Z', ...more };
  return `${JSON.stringify(record)}\n`;
}

function lockCases(): readonly Case[] {
  return Object.entries(LOCKS).map(([what, [content, goesOn]]) => ({
    name: `a lock ${what}`,
    async run(dir) {
      const out = join(dir, 'run');
      mkdirSync(out);
      writeFileSync(join(out, 'lock'), content);
      const ended = await jepa(commandOf('collect', out));
      if (!goesOn) return refused(ended, [join(out, 'lock')]);
      return disaster(ended) ?? (ended.code === 0 ? survived : failed('unclear', lastWords(ended)));
    },
  }));
}

/** Locks and signals. */
export const processes: Kind = {
  name: 'processes and signals',
  short: 4,
  full: 48,
  async cases(key: Key, count: number, dir: string) {
    const victim = victimIn(dir);
    const quick = count < 20;
    const pairs: readonly StageName[] = quick ? ['export'] : ['run', 'collect', 'train', 'plan', 'export'];
    const locks = quick ? lockCases().slice(3, 5) : lockCases();
    const stops = moments(fold(key, 'stops'), quick ? 2 : count - pairs.length - locks.length);
    return [
      ...pairs.map((stage) => ({
        name: `two processes ${stage}`,
        run: (place: string) => twoAtOnce(victim, stage, place),
      })),
      ...locks,
      ...stops.map(([stage, share], i) => {
        const how = STOPS[Math.floor(i / 5 + i) % STOPS.length]!;
        return {
          name: `${how} to ${stage} after ${Math.round(100 * share)} % of its time`,
          run: (place: string) => stopped(victim, stage, share, how, place),
        };
      }),
    ];
  },
};
