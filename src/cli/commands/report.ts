// `jepa report RUN`: writes the page of a run again, from what its folder holds.

import { writeReport } from '../../report/index.ts';
import { lockRun, readRunFile } from '../../run/node.ts';
import { withOptions } from '../options.ts';
import { reading } from '../reading.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const reportCommand: CommandFile = (program, session) => {
  const command = program
    .command('report')
    .description('write report.html of a run again')
    .argument('<run>', 'run folder');
  withOptions(command, {}).action((run: string) => {
    reading(run, () => readRunFile(run));
    const lock = lockRun(run, session.commandLine);
    try {
      const report = writeReport(run);
      session.output.answer({ run, report }, report);
    } finally {
      lock.release();
    }
  });
};
