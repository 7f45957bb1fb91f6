// Which processes are alive, and since when: a number alone says little, for the system gives it again to others.

import { readFileSync } from 'node:fs';

/** Whether a process of this computer has the number `pid` and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that ended keeps its number until somebody asks how, which in a container may be never.
    return !['Z', 'X'].includes(statOf(pid)?.[0] ?? '');
  } catch (error) {
    // A process of another user cannot be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process started, as a word that no other process of that number has: the boot of the system and the ticks since.
 * Undefined where the system does not say (anything but Linux), and when there is no such process.
 */
export function startOf(pid: number): string | undefined {
  const ticks = startTicks(pid);
  if (ticks === undefined) return undefined;
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}+${ticks}`;
  } catch {
    return `${ticks}`;
  }
}

/** Field 22 of /proc/<pid>/stat. */
function startTicks(pid: number): number | undefined {
  const ticks = Number(statOf(pid)?.[22 - 3]);
  return Number.isFinite(ticks) ? ticks : undefined;
}

/** The fields of /proc/<pid>/stat from the third on, the state; the name in field 2 stands in brackets and may hold anything. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
