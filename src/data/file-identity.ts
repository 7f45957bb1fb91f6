// What tells one state of a file from another without reading it.

import { realpathSync, statSync } from 'node:fs';
import { requireRegular } from './regular-file.ts';

/**
 * A state of a file. Two sets with equal names, sizes and times (copied, unpacked from an archive) differ by place; a file
 * that was replaced or written, and whose time was then set back, differs by inode or by `changedNs`, which nobody can set.
 */
export interface FileIdentity {
  /** Below the source. */
  readonly name: string;
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  readonly bytes: number;
  readonly modifiedNs: string;
  /** Last change of content or of attributes. */
  readonly changedNs: string;
}

/**
 * The state of the regular file at `path`; symbolic links are followed.
 *
 * @throws JepaError 'data' when it is a folder, pipe, socket or device.
 */
export function fileIdentity(path: string, name: string): FileIdentity {
  requireRegular(path, statSync(path));
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return {
    name,
    path: realpathSync(path),
    device: String(dev),
    inode: String(ino),
    bytes: Number(size),
    modifiedNs: String(mtimeNs),
    changedNs: String(ctimeNs),
  };
}
