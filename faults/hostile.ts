// Files made to harm: headers that lie, bombs, names that lead elsewhere or move the cursor, links, pipes. They are refused in
// words, within a small memory, and no code of theirs runs.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSONS, NPZS, PARQUETS, PICTURES, SAFETENSORS } from './bytes.ts';
import { type ChildOptions, type Ended, jepa } from './child.ts';
import { sample } from './draw.ts';
import { disaster, endured, refused } from './judge.ts';
import { type Case, failed, type Kind, type Verdict } from './kind.ts';
import { pictures } from './pictures.ts';
import { filesBelow } from './snapshot.ts';
import { imageRun } from './subjects.ts';
import { commandOf, resumeOf, TINY, type Victim, victimIn } from './victim.ts';

/** Data of 4 GB and a heap of 512 MB: what honest files of this size never need. */
const SMALL: ChildOptions = { nodeArgs: ['--max-old-space-size=512'], ulimit: '-d 4000000' };

const small = (args: readonly string[]): Promise<Ended> => jepa(args, SMALL);

/** A file of a kind, and the command that is to refuse it. */
function fileCases(
  kind: string,
  files: Readonly<Record<string, () => Buffer>>,
  file: string,
  commands: (path: string, dir: string) => readonly (readonly string[])[],
): readonly Case[] {
  return Object.entries(files).map(([what, bytes]) => ({
    name: `${kind}: ${what}`,
    async run(dir): Promise<Verdict> {
      const path = join(dir, file);
      writeFileSync(path, bytes());
      let verdict: Verdict = failed('unclear', 'nothing was tried');
      for (const args of commands(path, dir)) {
        verdict = refused(await small(args));
        if (verdict.outcome !== 'survived') return verdict;
      }
      return verdict;
    },
  }));
}

const trainOn = (data: string, dir: string): readonly string[] => {
  return ['train', 'two-room', '--data', data, '--out', join(dir, 'run'), '--json', ...TINY];
};

function pictureCases(): readonly Case[] {
  return Object.entries(PICTURES).map(([file, bytes]) => ({
    name: `picture: ${file}`,
    async run(dir) {
      const data = join(dir, 'data');
      pictures(data);
      writeFileSync(join(data, 'train', 'cat', file), bytes());
      const ended = await small(imageRun(data, join(dir, 'run')));
      return ended.code === 0 && file.startsWith('another kind') ? endured(ended) : refused(ended, [file]);
    },
  }));
}

/** Parquet files as the data of an image recipe. */
function parquetCases(): readonly Case[] {
  return Object.entries(PARQUETS).map(([what, bytes]) => ({
    name: `parquet: ${what}`,
    async run(dir) {
      const data = join(dir, 'data');
      mkdirSync(data);
      for (const split of ['train', 'test']) writeFileSync(join(data, `${split}-00000-of-00001.parquet`), bytes());
      return refused(await small(imageRun(data, join(dir, 'run'))), ['.parquet']);
    },
  }));
}

/** Hostile JSON in each place of a run folder. A part may be left out by a report, but nothing may fall over. */
function jsonCases(victim: Victim): readonly Case[] {
  const places = [
    'run.json',
    'metrics.jsonl',
    'outcome.json',
    'evals/planning.json',
    'rollouts/0.json',
    'dataset/dataset.json',
  ];
  const commands: Readonly<Record<string, (dir: string) => readonly string[]>> = {
    inspect: (dir) => ['inspect', dir],
    report: (dir) => ['report', dir],
    compare: (dir) => ['compare', dir, '--out', `${dir}.html`],
    plan: (dir) => ['plan', dir],
    resume: (dir) => resumeOf('run', dir),
  };
  return places.flatMap((file) =>
    Object.entries(JSONS).flatMap(([what, json]) =>
      Object.entries(commands).map(([name, args]) => ({
        name: `json: ${what} as ${file}, ${name}`,
        async run(dir: string): Promise<Verdict> {
          const out = join(dir, 'run');
          await victim.copyTo(out);
          writeFileSync(join(out, file), json());
          const ended = await small(args(out));
          // Without its record a folder is no run, so nothing can be made of it.
          return file === 'run.json' ? refused(ended) : endured(ended);
        },
      })),
    ),
  );
}

/** Changes the run.json of a copy, and runs a command on it. */
function recordCase(
  victim: Victim,
  name: string,
  change: (dir: string) => object,
  args: (dir: string) => readonly string[],
  judge: (ended: Ended, dir: string) => Verdict,
): Case {
  return {
    name,
    async run(dir) {
      const out = join(dir, 'run');
      await victim.copyTo(out);
      const path = join(out, 'run.json');
      writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change(dir) }));
      writeFileSync(join(dir, 'evil.js'), `require('fs').writeFileSync(${JSON.stringify(join(dir, 'owned'))}, '')`);
      const ended = await jepa(args(out));
      return existsSync(join(dir, 'owned'))
        ? failed('silent', 'code of the run folder was executed')
        : judge(ended, dir);
    },
  };
}

const ESCAPE = '\u001b[2J\u001b]0;title\u0007\u009b1m';

function recordCases(victim: Victim): readonly Case[] {
  const onModel: readonly (readonly [string, (dir: string) => readonly string[]])[] = [
    ['eval', (dir) => ['eval', dir]],
    ['plan', (dir) => ['plan', dir]],
    ['export', (dir) => ['export', dir]],
    ['run --resume', (dir) => resumeOf('run', dir)],
    ['inspect', (dir) => ['inspect', dir]],
    ['report', (dir) => ['report', dir]],
  ];
  const words: Readonly<Record<string, (dir: string) => object>> = {
    'a recipe file': (dir) => ({ recipeFile: join(dir, 'evil.js') }),
    'a recipe that is a path': (dir) => ({ recipe: join(dir, 'evil.js') }),
    'a recipe with terminal escapes': () => ({ recipe: `two${ESCAPE}` }),
    'a metric with terminal escapes': () => ({ metrics: { [`a${ESCAPE}`]: 1 } }),
    'a failure with terminal escapes': () => ({ status: 'failed', failure: { code: ESCAPE, message: ESCAPE } }),
    'a seed of 1e308': () => ({ seed: 1e308 }),
    'a setting that is not one': () => ({ config: { [ESCAPE]: { '../..': 1 } } }),
    'results by a digest that is a path': () => ({
      others: { '../../../x': { settings: {}, metrics: {}, command: ESCAPE } },
    }),
  };
  return Object.entries(words).flatMap(([what, change]) =>
    onModel.map(([name, args]) =>
      recordCase(victim, `run.json: ${what}, ${name}`, change, args, (ended) => endured(ended)),
    ),
  );
}

/** Replaces a file of a copy by a link or a pipe. */
function placeCases(victim: Victim): readonly Case[] {
  const makers: Readonly<Record<string, (path: string) => void>> = {
    'a pipe': (path) => void execFileSync('mkfifo', [path]),
    'a link to itself': (path) => symlinkSync(path, path),
    'a link to nowhere': (path) => symlinkSync(`${path}.nowhere`, path),
    'a link to /dev/zero': (path) => symlinkSync('/dev/zero', path),
    'a folder': (path) => void mkdirSync(path),
  };
  const files = [
    'run.json',
    'metrics.jsonl',
    'outcome.json',
    'evals/probe.json',
    'rollouts/0.bin',
    'rollouts/0.json',
    'dataset/dataset.json',
    'dataset/episodes.jsonl',
    'dataset/pixels-00000.bin',
    'checkpoints/step-000006.safetensors',
    'lock',
  ];
  const commands: readonly (readonly [string, (dir: string) => readonly string[]])[] = [
    ['inspect', (dir) => ['inspect', dir]],
    ['report', (dir) => ['report', dir]],
    ['plan', (dir) => ['plan', dir]],
    ['run --resume', (dir) => resumeOf('run', dir)],
  ];
  return files.flatMap((file) =>
    Object.entries(makers).flatMap(([what, make]) =>
      commands.map(([name, args]) => ({
        name: `${what} in place of ${file}, ${name}`,
        async run(dir: string): Promise<Verdict> {
          const out = join(dir, 'run');
          await victim.copyTo(out);
          rmSync(join(out, file), { force: true });
          make(join(out, file));
          return endured(await small(args(out)));
        },
      })),
    ),
  );
}

/** Paths given on the command line that are no files, and names that lead elsewhere. */
function pathCases(victim: Victim): readonly Case[] {
  const inspected: Readonly<Record<string, (dir: string) => string>> = {
    '/dev/zero': () => '/dev/zero',
    'a pipe': (dir) => {
      execFileSync('mkfifo', [join(dir, 'p')]);
      return join(dir, 'p');
    },
    'a pipe called npz': (dir) => {
      execFileSync('mkfifo', [join(dir, 'p.npz')]);
      return join(dir, 'p.npz');
    },
    'a link to itself': (dir) => {
      symlinkSync(join(dir, 'l'), join(dir, 'l'));
      return join(dir, 'l');
    },
    'a name with escapes': (dir) => {
      writeFileSync(join(dir, `a${ESCAPE}`), 'x');
      return join(dir, `a${ESCAPE}`);
    },
    'a missing name with escapes': (dir) => join(dir, `b${ESCAPE}`),
  };
  const looked = Object.entries(inspected).map(([what, path]) => ({
    name: `inspect ${what}`,
    run: async (dir: string) => refused(await small(['inspect', path(dir)])),
  }));
  const classes: Case = {
    name: 'a class and a picture with escapes in their names',
    async run(dir) {
      const data = join(dir, 'data');
      pictures(data);
      const folder = join(data, 'train', `c${ESCAPE}`);
      mkdirSync(folder);
      writeFileSync(join(folder, `p${ESCAPE}.png`), 'no picture');
      return refused(await small(imageRun(data, join(dir, 'run'))));
    },
  };
  const loop: Case = {
    name: 'an image folder that links to itself',
    async run(dir) {
      const data = join(dir, 'data');
      pictures(data);
      symlinkSync(data, join(data, 'train', 'cat', 'loop'));
      return endured(await small(imageRun(data, join(dir, 'run'))));
    },
  };
  const column: Case = {
    name: 'a dataset whose column is a path',
    async run(dir) {
      const data = join(dir, 'data');
      cpSync(join(await victim.folder(), 'dataset'), data, { recursive: true });
      const path = join(data, 'dataset.json');
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"state"', '"../../state"'));
      // The record of a run that failed may stay in its own folder.
      const outside = () => filesBelow(dir).filter((file) => !file.startsWith('run/'));
      const before = outside().length;
      const verdict = refused(await small(trainOn(data, dir)));
      return outside().length > before ? failed('silent', 'files were written') : verdict;
    },
  };
  const out: Case = {
    name: '--out is a link to nowhere',
    async run(dir) {
      symlinkSync(join(dir, 'nowhere', 'deep'), join(dir, 'out'));
      const ended = await jepa(commandOf('collect', join(dir, 'out')));
      return disaster(ended) ?? refused(ended, ['out']);
    },
  };
  return [...looked, classes, loop, column, out];
}

/** Hostile files. */
export const hostile: Kind = {
  name: 'hostile files',
  short: 6,
  full: 220,
  async cases(key, count, dir) {
    const victim = victimIn(dir);
    const inspect = (path: string): readonly string[] => ['inspect', path];
    const cheap = [
      ...fileCases('safetensors', SAFETENSORS, 'm.safetensors', (path) => [inspect(path)]),
      ...pictureCases(),
      ...parquetCases(),
      ...fileCases('npz', NPZS, 'a.npz', (path, place) => [inspect(path), trainOn(path, place)]),
      ...recordCases(victim),
      ...pathCases(victim),
    ];
    if (count < 20) return sample(key, cheap, count);
    const many = [...jsonCases(victim), ...placeCases(victim)];
    return [...cheap, ...sample(key, many, Math.max(0, count - cheap.length))];
  },
};
