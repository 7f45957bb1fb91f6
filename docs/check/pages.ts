// What the checks of the documentation read out of its Markdown: code blocks with the comment before them, code in the text,
// links, headings.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** Some text of a page and the number of its first line. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** A fenced block. */
export interface Block extends Piece {
  /** What stands behind the three ticks: `ts`, `sh`, or nothing. */
  readonly language: string;
  /** `<!-- prelude: ... -->` before it: code that the block needs and the reader does not. */
  readonly prelude?: Piece;
  /** `<!-- continues -->`: it goes on from the block before. */
  readonly continues: boolean;
  /** `<!-- runs -->`: it is run, and what it prints is what its comments say. */
  readonly runs: boolean;
}

/** A Markdown file. */
export interface Page {
  /** Path from the repository's folder. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Code between single ticks, its lines joined. */
  readonly code: readonly Piece[];
  /** Targets of links. */
  readonly links: readonly Piece[];
  /** Anchors of the headings, as GitHub names them. */
  readonly anchors: ReadonlySet<string>;
}

/** All pages of the repository. */
export function allPages(): Page[] {
  return markdownUnder(ROOT).map((path) => readPage(relative(ROOT, path), readFileSync(path, 'utf8')));
}

function markdownUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      const passedOver = entry.name.startsWith('.') || ['node_modules', 'dist', 'runs', 'tmp'].includes(entry.name);
      return passedOver ? [] : markdownUnder(join(folder, entry.name));
    }
    return entry.name.endsWith('.md') ? [join(folder, entry.name)] : [];
  });
}

/** Reads a page. */
export function readPage(path: string, text: string): Page {
  const blocks: Block[] = [];
  const prose = text.replace(
    /((?:^<!--(?:(?!-->)[\s\S])*-->\n)*)^ *```(\w*)\n([\s\S]*?)^ *```$/gm,
    (all, comments: string, language: string, code: string, at: number) => {
      const start = lineAt(text, at);
      const commentLines = comments.split('\n').length - 1;
      const prelude = /<!-- prelude:([\s\S]*?)-->/.exec(comments);
      blocks.push({
        language,
        text: code,
        line: start + commentLines + 1,
        continues: comments.includes('<!-- continues -->'),
        runs: comments.includes('<!-- runs -->'),
        ...(prelude && { prelude: { text: prelude[1]!, line: start + lineAt(comments, prelude.index) - 1 } }),
      });
      return blanked(all);
    },
  );
  const code: Piece[] = [];
  const plain = prose.replace(/(`+)([^`](?:(?!\n\n)[\s\S])*?)\1(?!`)/g, (all, _ticks, inner: string, at: number) => {
    code.push({ text: inner.replace(/\s+/g, ' ').trim(), line: lineAt(text, at) });
    return blanked(all);
  });
  const links = [...plain.matchAll(/\]\(\s*([^)\s]+)[^)]*\)/g)];
  return {
    path,
    text,
    blocks,
    code,
    links: links.map((m) => ({ text: m[1]!, line: lineAt(text, m.index) })),
    anchors: anchorsOf(text),
  };
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function blanked(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading] of text.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/^#{1,6} +(.+)$/gm)) {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const name = plain.replace(/[^\p{L}\p{N}\- _]/gu, '').replace(/ /g, '-');
    let anchor = name;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${name}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
