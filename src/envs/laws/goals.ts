// Goals: when a task is solved, that goals of recorded states are goals, and that policies act as policies must.

import { fold, JepaError, stream } from '../../core/index.ts';
import { goalOfState } from '../goal.ts';
import { actionsOf, type Law, must, mustEqual } from './law.ts';

const success: Law = {
  name: 'success',
  holds: 'a step reports success exactly when the world is then solved',
  check({ open, key }) {
    const env = open();
    const remedy = 'terminated and solved() must follow from the same distance';
    const steps = (k: typeof key): void => {
      for (const action of actionsOf(env, k, 10)) {
        const { terminated } = env.step(action);
        must(terminated === env.solved(), `terminated ${terminated} where solved() is ${env.solved()}`, remedy);
      }
    };
    env.reset(fold(key, 'success'));
    steps(fold(key, 'far'));
    env.setGoal(goalOfState(env.spec, env.state()));
    steps(fold(key, 'near'));
  },
};

const goalOfStates: Law = {
  name: 'goal-of-state',
  holds: 'the goal cut from a state is satisfied by that state',
  check({ open, key }) {
    const env = open();
    for (let i = 0; i < 3; i++) {
      env.reset(fold(key, 'goal', i));
      env.setGoal(goalOfState(env.spec, env.state()));
      const remedy = `a goal is the first ${env.spec.goalDim} numbers of a state that satisfies it; order the state so`;
      must(env.solved(), `solved() false at [${env.state()}] with the goal [${env.goal()}]`, remedy);
    }
  },
};

const policy: Law = {
  name: 'policy',
  holds: 'a policy gives an action within the bounds, decided by the world and the stream, and moves nothing',
  check({ open, key, policies }) {
    for (const [name, make] of Object.entries(policies)) {
      const env = open();
      const { actionDim, actionLow, actionHigh } = env.spec;
      const own = make().name;
      must(own === name, `a policy '${own}' under the name '${name}'`, 'give both the same name');
      for (let i = 0; i < 3; i++) {
        env.reset(fold(key, name, i));
        const before = env.state();
        const act = (): Float32Array => make().act(env, stream(fold(key, name, 'act', i)));
        const action = act();
        const remedy = `'${name}' must give ${actionDim} finite numbers within [${actionLow}, ${actionHigh}]`;
        must(action?.length === actionDim, `${action?.length} numbers`, remedy);
        for (const v of action) must(v >= actionLow && v <= actionHigh, `an action with ${v}`, remedy);
        mustEqual('another action', act(), action, `'${name}' must draw from the stream it is given alone`);
        mustEqual('another state', env.state(), before, `'${name}' must not move the world`);
        env.step(action);
      }
    }
  },
};

/** Tasks that a declared oracle must solve. */
const TASKS = 3;

const reachable: Law = {
  name: 'reachable',
  holds: 'the policy that a world declares as its oracle reaches the goals that a reset draws',
  check({ open, key, policies }) {
    const env = open();
    const { declares, maxSteps } = env.spec;
    const name = declares?.oracle?.policy;
    if (name === undefined) return;
    const make = policies[name];
    if (make === undefined) throw new JepaError('unsupported', `the oracle '${name}' is not among the policies given`);
    for (let i = 0; i < TASKS; i++) {
      env.reset(fold(key, 'reachable', i));
      const oracle = make();
      const random = stream(fold(key, 'oracle', i));
      for (let t = 0; t < maxSteps && !env.solved(); t++) env.step(oracle.act(env, random));
      const remedy = 'mend the policy, draw goals within reach, or declare no oracle';
      must(env.solved(), `a goal [${env.goal()}] that '${name}' did not reach in ${maxSteps} steps`, remedy);
    }
  },
};

/** The laws of goals. */
export const goalLaws: readonly Law[] = [success, goalOfStates];
/** The laws of policies. */
export const policyLaws: readonly Law[] = [policy, reachable];
