// Loaded into a process of the command line by `--import`: counts its calls that change files below one folder, and at the n-th
// kills the process or lets the call fail. `JEPA_FAULT` holds the plan as JSON. A write is half done before.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { relative, resolve, sep } from 'node:path';

/** What is to happen. */
export interface FaultPlan {
  readonly under: string;
  /** The call, counted from 1; 0 for none. */
  readonly at: number;
  /** `kill`, or the code of a system error. */
  readonly how: string;
  /** File for the list of calls, written at the end of the process. */
  readonly list?: string;
}

/** One call: its name, and the file from the folder, without the number of the process. */
export type FaultCall = readonly [op: string, file: string];

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
  EACCES: 'permission denied',
};

const text = process.env.JEPA_FAULT;
if (text !== undefined) install(JSON.parse(text) as FaultPlan);

function install({ under, at, how, list }: FaultPlan): void {
  const root = resolve(under);
  const calls: FaultCall[] = [];
  const open = new Map<number, string>();
  const { openSync, writeSync, closeSync, writeFileSync } = fs;
  let inside = false;

  const strike = (op: string, path: string, byPath: boolean): void => {
    if (how === 'kill') process.kill(process.pid, 'SIGKILL');
    const place = byPath ? ` '${path}'` : '';
    throw Object.assign(new Error(`${how}: ${WORDS[how]}, ${op}${place}`), {
      code: how,
      syscall: op,
      ...(byPath ? { path } : {}),
    });
  };
  /** Whether this is the call to strike at. */
  const reached = (op: string, path: string | undefined): boolean => {
    if (inside || path === undefined) return false;
    const from = relative(root, resolve(path));
    if (from === '..' || from.startsWith(`..${sep}`)) return false;
    calls.push([op, from.replace(/\.tmp-\d+-\d+-\d+/g, '.tmp')]);
    return calls.length === at;
  };
  const within = <T>(call: () => T): T => {
    const before = inside;
    inside = true;
    try {
      return call();
    } finally {
      inside = before;
    }
  };

  type Call = (...args: unknown[]) => unknown;
  const set = fs as unknown as Record<string, Call>;
  for (const name of ['renameSync', 'mkdirSync', 'linkSync', 'rmSync', 'unlinkSync', 'copyFileSync', 'truncateSync']) {
    const call = set[name]!;
    const op = name.replace('Sync', '');
    set[name] = (...args) => {
      // A removal that fails is not among the faults, only one that the process does not live to see.
      const counts = how === 'kill' || !/^(rm|unlink)$/.test(op);
      if (counts && reached(op, String(args[0]))) strike(op, String(args[0]), true);
      return within(() => call(...args));
    };
  }
  for (const name of ['writeFileSync', 'appendFileSync']) {
    const call = set[name]!;
    set[name] = (...args) => {
      const path = typeof args[0] === 'number' ? open.get(args[0]) : String(args[0]);
      if (reached('writeFile', path)) {
        const data = args[1];
        if (typeof data === 'string') within(() => call(args[0], data.slice(0, data.length >> 1), ...args.slice(2)));
        strike('write', String(path), false);
      }
      return within(() => call(...args));
    };
  }
  fs.openSync = (path, flags, mode) => {
    const writes = flags !== undefined && flags !== 'r';
    if (writes && reached('open', String(path))) strike('open', String(path), true);
    const fd = within(() => openSync(path, flags, mode));
    if (writes) open.set(fd, String(path));
    return fd;
  };
  fs.closeSync = (fd) => {
    open.delete(fd);
    closeSync(fd);
  };
  fs.writeSync = ((fd: number, bytes: Uint8Array, ...rest: [number?, number?, (number | null)?]) => {
    if (reached('write', open.get(fd))) {
      const [offset = 0, length = bytes.length, position] = rest;
      writeSync(fd, bytes, offset, length >> 1, position);
      strike('write', '', false);
    }
    return (writeSync as unknown as Call)(fd, bytes, ...rest);
  }) as typeof fs.writeSync;
  for (const name of ['fsyncSync', 'ftruncateSync']) {
    const call = set[name]!;
    const op = name.replace('Sync', '');
    set[name] = (...args) => {
      if (reached(op, open.get(args[0] as number))) strike(op, '', false);
      return call(...args);
    };
  }
  syncBuiltinESMExports();
  if (list !== undefined) process.on('exit', () => writeFileSync(list, JSON.stringify(calls)));
}
