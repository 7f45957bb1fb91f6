// `jepa fetch DATASET`: downloads a public dataset.

import { unknownName } from '../../core/index.ts';
import { fetchCifar10 } from '../../data/index.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

const DATASETS: Readonly<Record<string, typeof fetchCifar10>> = { cifar10: fetchCifar10 };
const MEBIBYTE = 2 ** 20;

/** Adds the command. */
export const fetchCommand: CommandFile = (program, session) => {
  const known = Object.keys(DATASETS);
  const command = program
    .command('fetch')
    .description(`download a public dataset: ${known.join(', ')}`)
    .argument('<dataset>', 'name of the dataset');
  withCommonOptions(command, 'folder (default: <dataset> in the cache folder, JEPA_CACHE or ~/.cache/jepa)').action(
    async (name: string, { out }: CommonOptions) => {
      const { output, signal } = session;
      const fetchDataset = Object.hasOwn(DATASETS, name) ? DATASETS[name] : undefined;
      if (fetchDataset === undefined) throw unknownName('dataset', name, known);
      const files = await fetchDataset({
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
