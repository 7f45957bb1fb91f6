// `jepa inspect PATH`: what is in a model file, a run folder or a dataset.

import { statSync } from 'node:fs';
import { JepaError } from '../../core/index.ts';
import { detectFormat } from '../../data/node.ts';
import { isRunFolder } from '../../run/node.ts';
import { inspectDataset, inspectModel, inspectRun } from '../inspect.ts';
import { withOptions } from '../options.ts';
import { reading } from '../reading.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const inspectCommand: CommandFile = (program, session) => {
  const command = program
    .command('inspect')
    .description('show a model or checkpoint (safetensors), a run folder or a dataset (a store, an .npz file)')
    .argument('<path>', 'file or folder');
  withOptions(command, {}).action((path: string) => {
    const { json, text } = reading(path, () => inspectPath(path));
    session.output.answer(json, text);
  });
};

function inspectPath(path: string): { readonly json: object; readonly text: string } {
  if (isRunFolder(path)) return inspectRun(path);
  if (detectFormat(path) !== undefined) return inspectDataset(path);
  if (!statSync(path).isDirectory()) return inspectModel(path);
  const message = `'${path}' must be a safetensors file, a run folder (run.json) or a dataset (dataset.json, or an .npz file)`;
  throw new JepaError('usage', message, { path });
}
