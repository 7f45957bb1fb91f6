// One call from a file to something that acts, in Node and in a page.

import { JepaError, key } from '../../core/index.ts';
import { parseSafetensors } from '../../data/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { GoalWarning } from '../goals/check.ts';
import { type Agent, agentOf } from './agent.ts';
import { agentFileOf } from './agent-file.ts';
import { facultiesOf, type PlannerChanges } from './faculties.ts';
import { type AgentSource, bytesOfSource } from './source.ts';

/** Options of loading an agent. */
export interface LoadAgentOptions {
  /** What computes. In a page it must be given (`webRuntime`). @default Node's */
  readonly runtime?: Runtime;
  /** What of the file's planner is to be otherwise: `{ iterations: 3 }`. */
  readonly planner?: PlannerChanges;
  /** Seed of the draws of plans. @default 0 */
  readonly seed?: number;
  /** The least correlation, on held-out episodes, with which a number is read that goals may ask for. @default 0.8 */
  readonly leastR?: number;
  /** Told when a goal is unlike all that the model was trained on; `agent.warnings` keeps them too. */
  readonly onWarning?: (warning: GoalWarning) => void;
}

/**
 * Loads a file that `jepa export` wrote, world model, hierarchy or goal policy, as something that acts. The file is checked
 * whole; programs are compiled when they are first needed.
 *
 * @param source a path (in Node), an address, or the bytes
 * @throws JepaError 'io' when it cannot be read; 'corrupt' when it is damaged; 'checkpoint' when nothing in it acts;
 * 'unsupported' when a later version of the library wrote it; 'usage' for a planner that cannot be
 * @example
 * const agent = await loadAgent('export/model.safetensors');
 * agent.setGoal(goalPicture);
 * const { action } = await agent.act(picture);
 */
export async function loadAgent(source: AgentSource, options: LoadAgentOptions = {}): Promise<Agent> {
  const { runtime, planner = {}, seed = 0, leastR = 0.8, onWarning } = options;
  if (!(leastR >= -1 && leastR <= 1))
    throw new JepaError('usage', `loadAgent: leastR must be a correlation, -1 to 1, got ${leastR}`, { leastR });
  const { bytes, name } = await bytesOfSource(source);
  const file = agentFileOf(parseSafetensors(bytes, name), name);
  const goals = { leastR, ...(onWarning && { onWarning }) };
  return agentOf(facultiesOf(file, planner, runtime), file.origin, file.version, key(seed), goals);
}
