// `jepa compare RUN...`: runs side by side on one page.

import { writeFileAtomic } from '../../data/node.ts';
import { comparisonJson, comparisonMarkdown, comparisonText, writeComparison } from '../../report/index.ts';
import { type CommonOptions, withOptions } from '../options.ts';
import { isThere, requireReadable } from '../reading.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const compareCommand: CommandFile = (program, session) => {
  const command = program
    .command('compare')
    .description('put runs side by side on one page: scores, planning, probes, surprise, curves, spectra, pictures')
    .argument('<run...>', 'run folders; those that differ only in their seed share a row')
    .option('--markdown <file>', 'write the table as markdown, too');
  withOptions(command, { out: 'the page (default: compare.html)' }).action(
    (runs: string[], { out = 'compare.html', markdown }: CommonOptions & { markdown?: string }) => {
      // What does not exist at all is named together with what is no run folder.
      for (const run of runs) if (isThere(run)) requireReadable(run);
      const comparison = writeComparison(runs, out);
      if (markdown !== undefined) {
        writeFileAtomic(markdown, [new TextEncoder().encode(comparisonMarkdown(comparison))]);
      }
      const files = { page: out, ...(markdown === undefined ? {} : { markdown }) };
      const text = `${comparisonText(comparison)}\n\n${Object.values(files).join('\n')}`;
      session.output.answer({ ...files, ...comparisonJson(comparison) }, text);
    },
  );
};
