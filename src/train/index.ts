export type { NonFinite } from './finite.ts';
export { type JepaProgram, type JepaProgramOptions, jepaProgram } from './jepa-program.ts';
export {
  type ModuleProgram,
  type ModuleProgramOptions,
  moduleProgram,
  type StepInputs,
  type TracedLoss,
} from './module-program.ts';
export type { BatchSource, LossProgram, LossStep } from './program.ts';
export { type SizedJepaOptions, sizedJepaProgram } from './sized-program.ts';
