// Damaged files: every file of a run folder, a dataset, an export, a sweep, an image folder, damaged in five ways, for every
// command that may read it. A command must refuse in words, or be right in spite of it, or say what it leaves out.
//
// The flipped byte of a text gets its highest bit, which makes it no text any more: a digit that became another one is right
// in every form, and only checksums (checkpoints, datasets) could tell.

import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fold, integer, type Key } from '../src/core/index.ts';
import { type Ended, jepa } from './child.ts';
import { sample } from './draw.ts';
import { disaster, lastWords, refused } from './judge.ts';
import { type Case, failed, type Kind, survived, type Verdict } from './kind.ts';
import { difference, filesBelow, type Snapshot, snapshot, timeless } from './snapshot.ts';
import { type Subject, subjects } from './subjects.ts';
import { victimIn } from './victim.ts';

type Damage = 'flipped' | 'truncated' | 'emptied' | 'another kind' | 'swapped';
const DAMAGES: readonly Damage[] = ['flipped', 'truncated', 'emptied', 'another kind', 'swapped'];

/** The other file that this one is swapped with: of the same ending and folder, else of the same ending. */
function siblingOf(file: string, files: readonly string[]): string | undefined {
  const alike = files.filter((other) => other !== file && extname(other) === extname(file));
  return alike.find((other) => dirname(other) === dirname(file)) ?? alike[0];
}

/** Damages a file; false where that is not possible. */
function damage(dir: string, file: string, how: Damage, files: readonly string[], key: Key): boolean {
  const path = join(dir, file);
  const bytes = readFileSync(path);
  if (bytes.length === 0) return false;
  const at = integer(fold(key, 'at'), 0, bytes.length);
  switch (how) {
    case 'flipped':
      bytes[at]! ^= 0x80;
      writeFileSync(path, bytes);
      return true;
    case 'truncated':
      truncateSync(path, at);
      return true;
    case 'emptied':
      truncateSync(path, 0);
      return true;
    case 'another kind':
      writeFileSync(
        path,
        /\.(json|jsonl|md)$/.test(file) ? Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR') : '{"a": [1]}\n',
      );
      return true;
    case 'swapped': {
      const sibling = siblingOf(file, files);
      if (sibling === undefined || readFileSync(join(dir, sibling)).equals(bytes)) return false;
      copyFileSync(join(dir, sibling), path);
      writeFileSync(join(dir, sibling), bytes);
      return true;
    }
  }
}

/** What a command gave: its answer, and the folder afterwards. */
interface Given {
  readonly ended: Ended;
  readonly answer: string;
  readonly after: Snapshot;
  /** What pages and messages say. */
  readonly words: string;
}

async function give(subject: Subject, command: string, dir: string): Promise<Given> {
  const out = join(dirname(dir), 'out');
  const ended = await jepa(subject.commands[command]!(dir, out), { env: subject.env?.(dir) ?? {} });
  let answer = ended.out;
  try {
    answer = JSON.stringify(timeless(JSON.parse(ended.out.trim().split('\n').at(-1)!), dirname(dir)));
  } catch {
    // Not JSON: the text counts.
  }
  const pages = [dir, out].flatMap((folder) => filesBelow(folder).map((file) => join(folder, file)));
  const written = pages.filter((file) => file.endsWith('.html')).map((file) => readFileSync(file, 'utf8'));
  const after = new Map([...snapshot(dir), ...[...snapshot(out)].map(([k, v]) => [`out/${k}`, v] as const)]);
  return { ended, answer, after, words: [ended.err, ...written].join('\n') };
}

/** Words for what is left out, and for a file that is not as it should be. */
const SAID =
  /left out|damaged|corrupt|missing|is gone|cannot be read|must (be|hold|have|begin|end)|holds no|no such file|not complete|unknown|begins? again|starting/g;

function judge(file: string, undamaged: Given, now: Given, siblings: readonly string[]): Verdict {
  const bad = disaster(now.ended);
  if (bad !== undefined) return bad;
  if (now.ended.code !== 0) {
    // A part names its folder, where the file is one of several.
    return refused(now.ended);
  }
  const except = [file, ...siblings];
  const other = difference(undamaged.after, now.after, except);
  if (other.length === 0 && now.answer === undamaged.answer) return survived;
  const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;
  const name = new RegExp(basename(file).replace(/[.+]/g, '\\$&'), 'g');
  const said =
    count(now.words, name) > count(undamaged.words, name) || count(now.words, SAID) > count(undamaged.words, SAID);
  if (said) return survived;
  const what = other.length > 0 ? other.slice(0, 4).join(', ') : `answers ${now.answer.slice(0, 300)}`;
  return failed('silent', `${what}: ${lastWords(now.ended)}`);
}

async function casesOf(subject: Subject, key: Key): Promise<readonly Case[]> {
  const files = filesBelow(subject.folder).filter((file) => subject.files === undefined || subject.files.test(file));
  const undamaged = new Map<string, Promise<Given>>();
  const whole = (command: string, dir: string): Promise<Given> => {
    let known = undamaged.get(command);
    if (known === undefined) {
      const place = join(dir, 'whole', 'subject');
      cpSync(subject.folder, place, { recursive: true });
      known = give(subject, command, place);
      undamaged.set(command, known);
    }
    return known;
  };
  return files.flatMap((file) =>
    DAMAGES.flatMap((how) =>
      Object.keys(subject.commands).map((command) => ({
        name: `${subject.name}, ${file} ${how}, ${command}`,
        async run(dir: string): Promise<Verdict> {
          const place = join(dir, 'damaged', 'subject');
          mkdirSync(dirname(place), { recursive: true });
          cpSync(subject.folder, place, { recursive: true });
          if (!damage(place, file, how, files, fold(key, file, how))) return survived;
          const sibling = how === 'swapped' ? [siblingOf(file, files)!] : [];
          const before = await whole(command, dir);
          if (before.ended.code !== 0) return failed('stack', `undamaged it fails: ${lastWords(before.ended)}`);
          return judge(file, before, await give(subject, command, place), sibling);
        },
      })),
    ),
  );
}

/** Corruption. */
export const corruption: Kind = {
  name: 'corruption',
  short: 6,
  full: 200,
  async cases(key, count, dir) {
    const all: Case[] = [];
    for (const subject of await subjects(victimIn(dir), join(dir, 'subjects'), count < 20)) {
      if (!existsSync(subject.folder)) throw new Error(`${subject.folder} must exist`);
      all.push(...(await casesOf(subject, fold(key, subject.name))));
    }
    return sample(fold(key, 'chosen'), all, count);
  },
};
