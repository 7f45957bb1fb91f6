// `jepa doctor`: does this machine have what jepa needs?

import { JepaError } from '../../core/index.ts';
import { type Finding, findings } from '../doctor.ts';
import { type CommonOptions, withOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const doctorCommand: CommandFile = (program, session) => {
  const command = program.command('doctor').description('check that this machine has what jepa needs');
  withOptions(command, { out: 'folder whose disk is checked (default: the current one)' }).action(
    async (options: Pick<CommonOptions, 'out'>) => {
      const found = await findings(options.out ?? '.');
      const broken = found.filter((f) => !f.ok && f.needed);
      const text = found.map(line).join('\n');
      if (broken.length === 0) {
        session.output.answer({ ok: true, findings: found }, text);
        return;
      }
      process.stderr.write(`${text}\n`);
      const names = broken.map((f) => f.name).join(', ');
      throw new JepaError('usage', `this machine lacks what jepa needs: ${names}`, { ok: false, findings: found });
    },
  );
};

function line({ name, ok, needed, detail, remedy }: Finding): string {
  const mark = ok ? 'ok      ' : needed ? 'problem ' : 'note    ';
  return `${mark}  ${name.padEnd(14)}  ${detail}${remedy === undefined ? '' : `\n${' '.repeat(26)}${remedy}`}`;
}
