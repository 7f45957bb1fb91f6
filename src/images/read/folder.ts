// A folder with one folder per class, root/<class>/*.jpg or deeper, in the order of their names. Symbolic links are followed.

import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { JepaError, nearest } from '../../core/index.ts';
import { type ReadLimits, requireLimit } from '../../data/index.ts';
import { type FileIdentity, fileIdentity, ioError, readRegular, systemCode } from '../../data/node.ts';
import type { EncodedImage, FilesJob, ImageSource, Job } from './source.ts';

const IMAGE = /\.(jpe?g|jpe|jfif|png|webp)$/i;
const FILES_PER_JOB = 64;
/** Names of parts of a dataset, which are no classes. */
const SPLITS = ['train', 'training', 'val', 'valid', 'validation', 'dev', 'test', 'testing'];

/** Names that have nothing to do with the data. */
const ignored = (name: string): boolean => name.startsWith('.') || name === 'Thumbs.db';

/** What a folder holds, in order, the same on every system. */
function entriesOf(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => !ignored(name));
    return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch (error) {
    throw ioError(`listing ${folder}`, error, 'nothing was read');
  }
}

/** What a path leads to. Errors: `data` for a link that leads nowhere. */
function followed(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (!link || !['ENOENT', 'ELOOP'].includes(systemCode(error)))
      throw ioError(`reading ${path}`, error, 'nothing was read');
    throw new JepaError('data', `${path} is a symbolic link that leads nowhere; remove it or mend it`, { path });
  }
}

/** The folders of classes, by name. Errors: `data` when there is none, or images stand beside them. */
function classFolders(root: string): string[] {
  const folders: string[] = [];
  for (const name of entriesOf(root)) {
    if (followed(join(root, name)).isDirectory()) folders.push(name);
    else if (IMAGE.test(name)) {
      throw new JepaError(
        'data',
        `${join(root, name)} is in no class; put it into a folder of ${root} named after its class`,
        {
          root,
        },
      );
    }
  }
  if (folders.length === 0) {
    throw new JepaError('data', `${root} must hold one folder of images per class, it holds no folder`, { root });
  }
  const split = folders.find((name) => SPLITS.includes(name.toLowerCase()) && holdsFolder(join(root, name)));
  if (split !== undefined) {
    throw new JepaError(
      'usage',
      `${root}: '${split}' is a part of the set, no class; choose it by { split: '${split}' }`,
      {
        root,
        split,
      },
    );
  }
  return folders;
}

const holdsFolder = (folder: string): boolean =>
  entriesOf(folder).some((name) => followed(join(folder, name)).isDirectory());

/** Images below a class folder, however deep, by their path. Errors: `data` for what is no image, and links in a circle. */
function* imagesBelow(folder: string, above: readonly string[] = []): Generator<string> {
  const place = realpathSync(folder);
  if (above.includes(place)) {
    throw new JepaError('data', `${folder} is a symbolic link to a folder that it is in; remove it`, { path: folder });
  }
  for (const name of entriesOf(folder)) {
    const path = join(folder, name);
    if (followed(path).isDirectory()) yield* imagesBelow(path, [...above, place]);
    else if (IMAGE.test(name)) yield path;
    else {
      throw new JepaError('data', `${path} is not an image (.jpg, .jpeg, .png, .webp); take it out of the folder`, {
        path,
      });
    }
  }
}

/** The classes of a folder in the order of their names. Errors: those of `folderSource` that need no look inside. */
export const folderClasses = (root: string): readonly string[] => classFolders(root);

/**
 * The images of a folder.
 *
 * @param known the classes in the order of their numbers (default: the folders by name); folders of others are refused
 * @throws JepaError 'data' when there is no class folder, one has no images or is not in `known`, a file is no image by its
 * name or no regular file, or a link leads nowhere; 'usage' when the folder holds parts (train, test), not classes;
 * 'unsupported' above the limit `images`.
 */
export function folderSource(root: string, limits: ReadLimits, known?: readonly string[]): ImageSource {
  const folders = classFolders(root);
  const classes = known ?? folders;
  const paths: string[] = [];
  const labels: number[] = [];
  const files: FileIdentity[] = [];
  for (const name of folders) {
    const label = classes.indexOf(name);
    if (label < 0) throw unknownClass(root, name, classes);
    const before = paths.length;
    for (const path of imagesBelow(join(root, name))) {
      requireLimit('images', limits, paths.length + 1, `${root}: more than ${paths.length} images`);
      files.push(fileIdentity(path, path.slice(root.length + 1)));
      paths.push(path);
      labels.push(label);
    }
    if (paths.length === before) {
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

/** A class that the list does not have: that of the training part, or the one given. */
export function unknownClass(where: string, name: string, classes: readonly string[]): JepaError {
  const guess = nearest(name, classes);
  const hint = guess === undefined ? '' : `; did you mean '${guess}'?`;
  return new JepaError(
    'data',
    `${where}: class '${name}' must be one of the ${classes.length} classes of the training part (or of those given): ` +
      `${classes.slice(0, 20).join(', ')}${classes.length > 20 ? ', ...' : ''}${hint}; rename it, or take it out of ${basename(where)}`,
    { where, name, classes },
  );
}

/** The encoded images of some files. Errors: `io` when a file cannot be read; `unsupported` above `imageBytes`. */
export async function readFilesJob({ files, labels }: FilesJob, limits: ReadLimits): Promise<EncodedImage[]> {
  return files.map((where, i) => {
    const most = (size: number): void => requireLimit('imageBytes', limits, size, `${where}: a file of ${size} bytes`);
    return { where, bytes: readRegular(where, most), label: labels[i]! };
  });
}
