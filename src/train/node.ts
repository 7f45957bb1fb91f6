export { train } from './loop.ts';
export type { InstrumentSchedule, Progress, TrainOptions, TrainOutcome } from './options.ts';
