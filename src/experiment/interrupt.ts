// What ends a command from outside: Ctrl-C, a signal to stop, a terminal that hangs up, a reader of the output that is gone,
// a parent that is gone. The first asks the command to save and stop; a second signal stops at once.

import { EXIT } from './session.ts';

/** The reason of an interrupted command's abort signal. */
class Interrupted extends Error {
  /** Nobody is there any more to be told. */
  readonly unheard: boolean;
  constructor(message: string, unheard: boolean) {
    super(message);
    this.name = 'Interrupted';
    this.unheard = unheard;
  }
}

/** True for the error that an interrupted command throws, also when something wrapped it. */
export function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted || !(error instanceof Error)) return false;
  return error === signal.reason || error.name === 'AbortError' || isInterruption(error.cause, signal);
}

/** Whether the command was stopped because nobody reads what it says: then it says nothing more. */
export function isUnheard(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Interrupted && signal.reason.unheard;
}

/** Set to 1 for a process that is to save and stop when its standard input ends: the process that started it is gone. */
export const STOP_WITH_STDIN = 'JEPA_STOP_WITH_STDIN';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A pipe without a reader, and a terminal that is gone. */
const GONE: readonly (string | undefined)[] = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

/** Stops the command that runs now; streams are listened to as long as the process lives, for an error may come late. */
let unheard: (() => void) | undefined;
let listening = false;

function listenToStreams(): void {
  if (listening) return;
  listening = true;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.includes(error.code)) throw error;
      unheard?.();
    });
  }
}

/**
 * A signal that aborts at the first SIGINT, SIGTERM or SIGHUP, when standard output or error is a pipe that nobody reads, and,
 * where the environment says so, at the end of standard input. A second SIGINT, SIGTERM or SIGHUP ends the process with exit
 * code 130.
 */
export function interruptSignal(log: (line: string) => void): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (message: string, nobody: boolean): void => {
    if (!controller.signal.aborted) controller.abort(new Interrupted(message, nobody));
  };
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    log('stopping; press Ctrl-C again to stop at once');
    stop('interrupted', false);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  listenToStreams();
  unheard = () => stop('interrupted: nobody reads the output', true);
  const onEnd = (): void => {
    log('stopping: the process that started this one is gone');
    stop('interrupted', false);
  };
  const follows = process.env[STOP_WITH_STDIN] === '1';
  // It is said of this process's input, not of that of processes which it starts.
  delete process.env[STOP_WITH_STDIN];
  if (follows) {
    for (const event of ['end', 'close', 'error'] as const) process.stdin.once(event, onEnd);
    process.stdin.resume();
    // Waiting for its end must not keep a finished command alive.
    if ('unref' in process.stdin) process.stdin.unref();
  }
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, onSignal);
    unheard = undefined;
    if (!follows) return;
    for (const event of ['end', 'close'] as const) process.stdin.off(event, onEnd);
  };
  return { signal: controller.signal, release };
}
