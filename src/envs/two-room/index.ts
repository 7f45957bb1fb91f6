export { expert, noisyExpert } from './expert.ts';
export type { TargetRule } from './factors.ts';
export { type OraclePlan, oracle, oraclePlan } from './oracle.ts';
export { type TwoRoomOptions, twoRoom, twoRoomObservation } from './two-room.ts';
