// `jepa fetch NAME`: downloads a public dataset, or a checkpoint of the hub.

import { unknownName } from '../../core/index.ts';
import { type FetchedFile, type FetchOptions, fetchCheckpoint } from '../../data/node.ts';
import { fetchCifar10 } from '../../images/node.ts';
import { type CommonOptions, withOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

type Fetch = (options: FetchOptions) => Promise<readonly FetchedFile[]>;

const DATASETS: Readonly<Record<string, Fetch>> = { cifar10: fetchCifar10 };
const MEBIBYTE = 2 ** 20;

/** What to fetch by its name: a dataset, or `organisation/model`. */
function fetcher(name: string): Fetch {
  if (name.includes('/')) return (options) => fetchCheckpoint(name, options);
  const dataset = Object.hasOwn(DATASETS, name) ? DATASETS[name] : undefined;
  if (dataset === undefined) throw unknownName('dataset', name, Object.keys(DATASETS));
  return dataset;
}

/** Adds the command. */
export const fetchCommand: CommandFile = (program, session) => {
  const known = Object.keys(DATASETS);
  const command = program
    .command('fetch')
    .description(`download a dataset (${known.join(', ')}) or the checkpoint of an image encoder (organisation/model)`)
    .argument('<name>', 'name of the dataset, or organisation/model on HuggingFace');
  withOptions(command, { out: 'folder (default: one in the cache folder, JEPA_CACHE or ~/.cache/jepa)' }).action(
    async (name: string, { out }: CommonOptions) => {
      const { output, signal } = session;
      const files = await fetcher(name)({
        ...(out === undefined ? {} : { dir: out }),
        signal,
        onProgress: (file, bytes, total) => {
          const terms = { MiB: bytes / MEBIBYTE };
          output.progress({ stage: `fetch ${file}`, step: bytes, total, terms });
        },
      });
      const lines = files.map(({ path, bytes, present }) => {
        const size = `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
        return `${present ? 'there ' : 'fetched'}  ${size.padStart(10)}  ${path}`;
      });
      output.answer({ files }, lines.join('\n'));
    },
  );
};
