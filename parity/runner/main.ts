// The command `npm run parity -- [DIR] [--verbose]`: exit 0 when every claimed case agrees, 1 on any excess, 2 on a
// mistake in the arguments.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JepaError } from '../../src/core/index.ts';
import { claims } from '../claims/index.ts';
import { caseLines, summaryLines } from './print.ts';
import { allAgree, runParity } from './run.ts';

const usage = `usage: npm run parity -- [DIR] [--verbose]
  DIR        folder with cases, at any depth (default: parity/ of this package)
  --verbose  one line for every tensor and scalar`;

/** Runs the command with the given arguments and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const folders = argv.filter((a) => !a.startsWith('-'));
  const unknown = argv.filter((a) => a.startsWith('-') && !['--verbose', '-v', '--help', '-h'].includes(a));
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (unknown.length > 0 || folders.length > 1) {
    process.stderr.write(`parity: unexpected argument '${unknown[0] ?? folders[1]}'\n${usage}\n`);
    return 2;
  }
  const verbose = argv.includes('--verbose') || argv.includes('-v');
  const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);
  try {
    const root = folders[0] === undefined ? packageCases() : resolve(callerFolder(), folders[0]);
    const reports = await runParity(root, claims, (report) => {
      if (report.outcome !== 'unclaimed') print(caseLines(report, verbose));
    });
    print(summaryLines(reports));
    return allAgree(reports) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof JepaError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.code === 'usage' ? 2 : 1;
  }
}

/** `parity/` of this package; the compiled file is dist/parity/runner/main.js. */
function packageCases(): string {
  return fileURLToPath(new URL('../../../parity', import.meta.url));
}

/** npm runs scripts in the package's folder; INIT_CWD is where the user typed the command. */
function callerFolder(): string {
  return process.env.npm_lifecycle_event === 'parity' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
}
