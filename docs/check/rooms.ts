// The README of a room says what it may import, as layers.json has it, and names files and folders that are there.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Page, ROOT } from './pages.ts';

const { rooms } = JSON.parse(readFileSync(join(ROOT, 'layers.json'), 'utf8')) as {
  readonly rooms: Readonly<Record<string, readonly string[]>>;
};

/** What the README of a room says that is not so; nothing for other pages. */
export function wrongRoom({ path, code, text }: Page): string[] {
  const folder = dirname(path);
  if (!/^src\/.+README\.md$/.test(path)) return [];
  const inside = new Set(
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((f) => basename(f)),
  );
  const missing = code.flatMap(({ text: name, line }) => {
    const named = /^[\w-][\w./-]*(\.ts|\/)$/.test(name);
    const there =
      existsSync(join(ROOT, folder, name)) || existsSync(join(ROOT, name)) || existsSync(join(ROOT, 'src', name));
    return named && !there && !inside.has(basename(name)) ? [`${path}:${line}: ${name} is not there`] : [];
  });
  const room = /^src\/([^/]+)\/README\.md$/.exec(path)?.[1];
  const sentence = /May import:([^.]*)\./.exec(text)?.[1];
  if (room === undefined || sentence === undefined) return missing;
  const said = [...sentence.matchAll(/`([a-z]+)`/g)].map((m) => m[1]!).filter((name) => name in rooms);
  const allowed = rooms[room]!;
  const differ = [...said.filter((name) => !allowed.includes(name)), ...allowed.filter((name) => !said.includes(name))];
  return differ.length === 0
    ? missing
    : [...missing, `${path}: May import: layers.json says otherwise of ${differ.join(', ')}`];
}
