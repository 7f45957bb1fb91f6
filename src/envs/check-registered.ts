// The laws of worlds for worlds that are known by name and not built in: nothing is known of them before they are examined.

import { checkWorld } from './check-world.ts';
import { checkOptionsOf, isBuiltIn, makeEnv, makePolicy, policyNames, prepareEnv } from './registry.ts';

/** Worlds that kept every law in this thread. */
const lawful = new Set<string>();

/**
 * Makes the world `id` ready and, where it is not built in, runs the laws of worlds on it with its policies, once a thread;
 * `check` of its registration says which laws are left out.
 *
 * @throws JepaError `usage` for an unknown name and for the first law that is broken, named in `details.law`; `unsupported` when
 * what it needs is not installed
 */
export async function checkRegistered(id: string): Promise<void> {
  await prepareEnv(id);
  if (isBuiltIn(id) || lawful.has(id)) return;
  const policies = Object.fromEntries(policyNames(id).map((name) => [name, () => makePolicy(id, name)]));
  checkWorld((options) => makeEnv(id, options), { ...checkOptionsOf(id), policies });
  lawful.add(id);
}
