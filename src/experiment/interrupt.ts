// Ctrl-C: the first asks the command to save and stop, the second stops at once.

import { EXIT } from './session.ts';

/** The reason of an interrupted command's abort signal. */
class Interrupted extends Error {
  constructor(message = 'interrupted') {
    super(message);
    this.name = 'Interrupted';
  }
}

/** True for the error that an interrupted command throws, also when something wrapped it. */
export function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted || !(error instanceof Error)) return false;
  return error === signal.reason || error.name === 'AbortError' || isInterruption(error.cause, signal);
}

/** A signal that aborts at the first SIGINT or SIGTERM; a second one ends the process with exit code 130. */
export function interruptSignal(log: (line: string) => void): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    log('stopping; press Ctrl-C again to stop at once');
    controller.abort(new Interrupted());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const release = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { signal: controller.signal, release };
}
