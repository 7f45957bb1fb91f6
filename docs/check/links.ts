// Links of the pages, and the files of this repository that their text names, must exist.

import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Page, ROOT } from './pages.ts';

const FILE = /^(?:docs|examples|src|bench|parity|recipes|app)\/[\w./-]+\.(?:md|ts|js|json|py)$/;

/** Relative links to nothing, anchors that no heading has, and named files that are not there: `page:line: what`. */
export function brokenLinks(page: Page, pages: readonly Page[]): string[] {
  const wrong: string[] = [];
  for (const { text, line } of page.links) {
    if (/^[a-z]+:/i.test(text)) continue;
    const [to, anchor] = text.split('#') as [string, string?];
    const path = to === '' ? page.path : normalize(join(dirname(page.path), decodeURI(to)));
    if (!existsSync(join(ROOT, path))) wrong.push(`${page.path}:${line}: ${text} is not there`);
    else if (anchor !== undefined) {
      const target = pages.find((other) => other.path === path);
      if (target === undefined) wrong.push(`${page.path}:${line}: ${text}: only pages have headings`);
      else if (!target.anchors.has(anchor)) wrong.push(`${page.path}:${line}: ${text}: no such heading`);
    }
  }
  for (const { text, line } of page.code) {
    if (FILE.test(text) && !(existsSync(join(ROOT, text)) && statSync(join(ROOT, text)).isFile()))
      wrong.push(`${page.path}:${line}: ${text} is not there`);
  }
  return wrong;
}
