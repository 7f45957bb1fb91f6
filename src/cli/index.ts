export type { Bench, BenchContext, BenchResult } from './bench.ts';
export { exitCodeOf, type Output, outputFor } from './output.ts';
export { commandProgram } from './program.ts';
export type { CommandSession } from './session.ts';
