// The files of the control benchmark.

import { join } from 'node:path';
import { writeFileAtomic } from '../../data/node.ts';
import { makeFolder } from '../../run/node.ts';
import { controlPage } from './page.ts';
import { type ControlAsked, type ControlReport, controlJson, controlMarkdown, readControlReport } from './report.ts';

/** Where the files lie. */
export interface ControlFiles {
  readonly markdown: string;
  readonly json: string;
  readonly page: string;
}

/**
 * Writes `control.md`, `control.json` and `control.html` into `dir` from the finished runs that lie in it, and the first two
 * into `results` as well. Errors: `usage` when the folder does not exist.
 *
 * @example
 * const { report } = writeControlReport('runs/control', { runs: [] });
 */
export function writeControlReport(
  dir: string,
  asked: ControlAsked,
  results?: string,
): { readonly report: ControlReport; readonly files: ControlFiles } {
  const report = readControlReport(dir, asked);
  const write = (folder: string, name: string, text: string): string => {
    const path = join(folder, name);
    writeFileAtomic(path, [new TextEncoder().encode(text)]);
    return path;
  };
  const [markdown, json] = [controlMarkdown(report), `${JSON.stringify(controlJson(report), undefined, 1)}\n`];
  if (results !== undefined) {
    makeFolder(results);
    write(results, 'control.md', markdown);
    write(results, 'control.json', json);
  }
  const files = {
    markdown: write(dir, 'control.md', markdown),
    json: write(dir, 'control.json', json),
    page: write(dir, 'control.html', controlPage(report)),
  };
  return { report, files };
}
