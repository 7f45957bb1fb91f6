// Calls of the file system that fail: a full disk, a broken one, one without permission. The command must say which file and
// what to do, and be continued once the disk is well again.

import { join } from 'node:path';
import { fold, integer } from '../src/core/index.ts';
import { sample } from './draw.ts';
import { disaster, lastWords } from './judge.ts';
import { continued, stagesOf } from './kills.ts';
import { type Case, failed, type Kind, type Verdict } from './kind.ts';
import { stageWithFault, victimIn } from './victim.ts';

const CODES = ['ENOSPC', 'EIO', 'EACCES'] as const;

/** What a user can do about a disk. */
const REMEDY = /free space|check |choose another|run again|--resume|wait|remove/;

/** Errors of the file system. */
export const errors: Kind = {
  name: 'disk errors',
  short: 3,
  full: 60,
  async cases(key, count, dir) {
    const victim = victimIn(dir);
    const all: Case[] = [];
    const stages = stagesOf(count);
    const each = Math.ceil(count / stages.length);
    for (const stage of stages) {
      const { calls } = await victim.straight(stage);
      // Removals do not fail here, so the calls are counted without them.
      const numbered = calls.filter(([op]) => !/^(rm|unlink)$/.test(op)).map((call, i) => [i + 1, ...call] as const);
      for (const [at, op, file] of sample(fold(key, stage), numbered, each)) {
        const how = CODES[integer(fold(key, stage, at), 0, CODES.length)]!;
        all.push({
          name: `${stage}, ${how} at call ${at}, ${op} ${file}`,
          async run(place): Promise<Verdict> {
            const out = join(place, 'run');
            await victim.ready(stage, out);
            const ended = await stageWithFault(stage, out, { under: out, at, how });
            const bad = disaster(ended);
            if (bad !== undefined) return bad;
            if (ended.code !== 0) {
              if (!ended.err.includes(out)) return failed('unclear', `names no file: ${lastWords(ended)}`);
              if (!REMEDY.test(ended.err)) return failed('unclear', `names no remedy: ${lastWords(ended)}`);
            }
            // One that went on in spite of the error must have the right result, too.
            return continued(victim, stage, out);
          },
        });
      }
    }
    return all;
  },
};
