// run.json as earlier versions wrote it, brought to the form of schema.ts. There were two: the library wrote configuration,
// seed, versions, start and a machine with bytes, release and architecture; the command line wrote what stands today, but
// neither failures nor other results.

import { isRecord } from './json.ts';

const STATUSES: readonly unknown[] = ['unfinished', 'done', 'interrupted', 'failed'];

/** A parsed run.json of any version in the form of `RunFile`; what is no object is returned as it is. */
export function migrateRun(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { recipe, status, machine } = value;
  return {
    ...value,
    // A run that no recipe made had none; a word that is not known says no more than that the run did not end well.
    recipe: recipe === undefined ? '' : recipe,
    status: STATUSES.includes(status) ? status : 'unfinished',
    ...(machine === undefined ? {} : { machine: migrateMachine(machine) }),
  };
}

/** `memoryBytes` and `arch` of the library's record become GiB and the second word of the platform. */
function migrateMachine(machine: unknown): unknown {
  if (!isRecord(machine)) return machine;
  const { memoryBytes, arch, ...rest } = machine;
  return {
    ...rest,
    ...(typeof memoryBytes === 'number' ? { memoryGiB: Math.round((memoryBytes / 2 ** 30) * 10) / 10 } : {}),
    ...(typeof arch === 'string' ? { platform: `${rest.platform} ${arch}` } : {}),
  };
}
