// A folder with one folder per class, root/<class>/*.jpg, in the order of their names.

import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JepaError } from '../../../core/index.ts';
import { ioError } from '../../atomic.ts';
import type { EncodedImage, FilesJob, ImageSource, Job } from './source.ts';

const IMAGE = /\.(jpe?g|png)$/i;
const FILES_PER_JOB = 64;

/** Names that have nothing to do with the data. */
const ignored = (name: string): boolean => name.startsWith('.') || name === 'Thumbs.db';

/** Names in order, the same on every system. */
const inOrder = (names: string[]): string[] => names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/**
 * The images of a folder.
 *
 * Errors: `data` when there is no class folder, one has no images, or a file's name is not that of an image.
 */
export function folderSource(root: string): ImageSource {
  const classes = inOrder(
    readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !ignored(entry.name))
      .map((entry) => entry.name),
  );
  if (classes.length === 0) {
    throw new JepaError('data', `${root} must hold one folder of images per class, it holds no folder`, { root });
  }
  const paths: string[] = [];
  const labels: number[] = [];
  const files: { name: string; bytes: number; changedMs: number }[] = [];
  for (const [label, name] of classes.entries()) {
    const inside = inOrder(readdirSync(join(root, name)).filter((file) => !ignored(file)));
    for (const file of inside) {
      const path = join(root, name, file);
      const { size, mtimeMs } = statSync(path);
      if (!IMAGE.test(file)) {
        throw new JepaError('data', `${path} is not an image (.jpg, .jpeg, .png); take it out of the folder`, { path });
      }
      paths.push(path);
      labels.push(label);
      files.push({ name: `${name}/${file}`, bytes: size, changedMs: mtimeMs });
    }
    if (inside.length === 0) {
      throw new JepaError('data', `${join(root, name)} must hold images, it is empty; remove it or fill it`, { root });
    }
  }
  const jobs: Job[] = [];
  for (let first = 0; first < paths.length; first += FILES_PER_JOB) {
    const end = first + FILES_PER_JOB;
    jobs.push({ kind: 'files', files: paths.slice(first, end), labels: labels.slice(first, end), first });
  }
  return { jobs, count: paths.length, classes, files };
}

/** The encoded images of some files. Errors: `io` when a file cannot be read. */
export function readFilesJob({ files, labels }: FilesJob): Promise<EncodedImage[]> {
  return Promise.all(
    files.map(async (where, i) => {
      try {
        return { where, bytes: new Uint8Array(await readFile(where)), label: labels[i]! };
      } catch (error) {
        throw ioError(`reading ${where}`, error, 'nothing was changed');
      }
    }),
  );
}
