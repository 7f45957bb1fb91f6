// `jepa report RUN`: writes the page of a run again, from what its folder holds.

import { writeReport } from '../../report/index.ts';
import { lockRun, readRunFile } from '../../run/node.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const reportCommand: CommandFile = (program, session) => {
  const command = program
    .command('report')
    .description('write report.html of a run again')
    .argument('<run>', 'run folder');
  withCommonOptions(command, 'not used').action((run: string, _options: CommonOptions) => {
    readRunFile(run);
    const lock = lockRun(run, session.commandLine);
    try {
      const report = writeReport(run);
      session.output.answer({ run, report }, report);
    } finally {
      lock.release();
    }
  });
};
