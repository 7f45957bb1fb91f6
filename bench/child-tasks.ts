// What is measured in processes of its own: peak memory of the training step, and the reference-size model.

import { type ReferenceSizePlan, referenceSteps } from './reference-steps.ts';
import { type StepMemoryPlan, stepMemory } from './step-memory.ts';

/** Tasks by name; each takes its plan as JSON text and gives plain data. */
export const childTasks: Readonly<Record<string, (plan: string) => Promise<unknown>>> = {
  'step-memory': (plan) => stepMemory(JSON.parse(plan) as StepMemoryPlan),
  'reference-steps': (plan) => referenceSteps(JSON.parse(plan) as ReferenceSizePlan),
};
