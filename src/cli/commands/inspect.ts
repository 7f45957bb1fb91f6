// `jepa inspect PATH`: what is in a model file, a run folder or a dataset.

import { existsSync, statSync } from 'node:fs';
import { JepaError } from '../../core/index.ts';
import { detectFormat } from '../../data/index.ts';
import { isRunFolder } from '../../run/node.ts';
import { inspectDataset, inspectModel, inspectRun } from '../inspect.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const inspectCommand: CommandFile = (program, session) => {
  const command = program
    .command('inspect')
    .description('show a model or checkpoint (safetensors), a run folder or a dataset (a store, an .npz file)')
    .argument('<path>', 'file or folder');
  withCommonOptions(command, 'not used').action((path: string, _options: CommonOptions) => {
    const { json, text } = inspectPath(path);
    session.output.answer(json, text);
  });
};

function inspectPath(path: string): { readonly json: object; readonly text: string } {
  if (!existsSync(path)) throw new JepaError('usage', `'${path}' must exist; check the path`, { path });
  if (isRunFolder(path)) return inspectRun(path);
  if (detectFormat(path) !== undefined) return inspectDataset(path);
  if (!statSync(path).isDirectory()) return inspectModel(path);
  const message = `'${path}' must be a safetensors file, a run folder (run.json) or a dataset (dataset.json, or an .npz file)`;
  throw new JepaError('usage', message, { path });
}
