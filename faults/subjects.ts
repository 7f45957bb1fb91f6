// What is damaged: folders that the program wrote or reads, with the commands that read them.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jepa } from './child.ts';
import { lastWords } from './judge.ts';
import { pictures } from './pictures.ts';
import { resumeOf, TINY, type Victim } from './victim.ts';

/** A folder and the commands that read it; each is given the folder, and one to write into. */
export interface Subject {
  readonly name: string;
  readonly folder: string;
  /** The files to damage (default: all). */
  readonly files?: RegExp;
  readonly commands: Readonly<Record<string, (dir: string, out: string) => readonly string[]>>;
  readonly env?: (dir: string) => Readonly<Record<string, string>>;
}

const QUIET = ['--json'];

/** The smallest experiment with images, on a folder of pictures. */
export function imageRun(data: string, out: string): readonly string[] {
  const settings = [
    'encoder={"dim":16,"depth":1,"heads":2,"mlpDim":32}',
    'data.workers=0',
    'evals={"onlineTrain":8,"onlineTest":4,"train":null,"test":null,"knn":[2],"lowShot":[{"perClass":1}],"show":1}',
  ];
  const set = settings.flatMap((setting) => ['--set', setting]);
  return ['run', 'cifar10-random', '--data', data, '--out', out, ...QUIET, ...set];
}

async function must(args: readonly string[]): Promise<void> {
  const ended = await jepa(args);
  if (ended.code !== 0) throw new Error(`${args.slice(0, 2).join(' ')} must succeed: ${lastWords(ended)}`);
}

/** All subjects; only those that are there already when it must be quick. */
export async function subjects(victim: Victim, root: string, quick: boolean): Promise<readonly Subject[]> {
  const folder = await victim.folder();
  const run: Subject = {
    name: 'run',
    folder,
    files: /^(?!.*\.html$)/,
    commands: {
      inspect: (dir) => ['inspect', dir, ...QUIET],
      report: (dir) => ['report', dir, ...QUIET],
      compare: (dir, out) => ['compare', dir, folder, '--out', `${out}.html`, ...QUIET],
      eval: (dir) => ['eval', dir, ...QUIET],
      plan: (dir) => ['plan', dir, ...QUIET],
      export: (dir) => ['export', dir, ...QUIET],
      'run --resume': (dir) => resumeOf('run', dir),
    },
  };
  const dataset: Subject = {
    name: 'dataset',
    folder: join(folder, 'dataset'),
    commands: {
      inspect: (dir) => ['inspect', dir, ...QUIET],
      'train --data': (dir, out) => [
        'train',
        'two-room',
        '--data',
        dir,
        '--seed',
        '3',
        '--out',
        out,
        ...QUIET,
        ...TINY,
      ],
    },
  };
  if (quick) return [run, dataset];
  mkdirSync(root, { recursive: true });
  const [exported, sweep, images] = ['export', 'sweep', 'images'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await must(['export', folder, '--out', exported]);
  await must(['sweep', 'two-room', '--grid', 'train.clip=1,2', '--seed', '3', '--out', sweep, ...TINY]);
  pictures(images);
  return [
    run,
    dataset,
    {
      name: 'export',
      folder: exported,
      files: /safetensors$/,
      commands: { inspect: (dir) => ['inspect', join(dir, 'model.safetensors'), ...QUIET] },
    },
    {
      name: 'sweep',
      folder: sweep,
      files: /^(sweep\.json|table\.md|[^/]+\/run\.json|[^/]+\/metrics\.jsonl)$/,
      commands: {
        'sweep --resume': (dir) => [
          'sweep',
          'two-room',
          '--grid',
          'train.clip=1,2',
          '--seed',
          '3',
          '--out',
          dir,
          '--resume',
          ...QUIET,
          ...TINY,
        ],
      },
    },
    { name: 'images', folder: images, commands: { run: (dir, out) => imageRun(dir, out) } },
  ];
}
