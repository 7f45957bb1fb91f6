// How busy the machine is with other things, which decides what a measurement is worth.

import { cpus, loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** Other work on this machine. */
export interface MachineLoad {
  /** Share of all processors' time that was in use while this process slept, 0 to 1. */
  readonly busyShare: number;
  /** The operating system's load averages over 1, 5 and 15 minutes. */
  readonly loadAverage: readonly number[];
}

/** Above this share, measurements say little. */
export const BUSY = 0.1;

/** Sleeps for `milliseconds` and looks how much the processors worked meanwhile. */
export async function machineLoad(milliseconds = 500): Promise<MachineLoad> {
  const sum = (): { idle: number; all: number } => {
    const times = cpus().map((cpu) => cpu.times);
    return {
      idle: times.reduce((n, t) => n + t.idle, 0),
      all: times.reduce((n, t) => n + t.idle + t.user + t.nice + t.sys + t.irq, 0),
    };
  };
  const before = sum();
  await wait(milliseconds);
  const after = sum();
  const all = after.all - before.all;
  return { busyShare: all > 0 ? 1 - (after.idle - before.idle) / all : 0, loadAverage: loadavg() };
}
