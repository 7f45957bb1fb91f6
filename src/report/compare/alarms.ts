// The alarms that stood while a run trained, from its online instruments.

import type { ComparedRun } from './read.ts';

/** An alarm of a run: the first and last evaluation at which it stood, and whether it stood at the end. */
export interface StandingAlarm {
  readonly code: string;
  readonly from: number;
  readonly to: number;
  readonly atEnd: boolean;
}

/** The alarms of a run in the order in which they rose. A run that counted alarms without naming them has one, `unnamed`. */
export function alarmsOf({ metrics }: ComparedRun): StandingAlarm[] {
  const measured = metrics.ok ? metrics.value.filter((line) => line.instruments !== undefined) : [];
  const end = measured.at(-1)?.step ?? 0;
  const found = new Map<string, StandingAlarm>();
  for (const { step, instruments } of measured) {
    const names = Object.keys(instruments?.standing ?? {});
    const codes = names.length === 0 && (instruments?.alarms ?? 0) > 0 ? ['unnamed'] : names;
    for (const code of codes) {
      found.set(code, { code, from: found.get(code)?.from ?? step, to: step, atEnd: step === end });
    }
  }
  return [...found.values()];
}
