import { expect, test } from 'vitest';
import { bead, goThere } from './bead.law.ts';
import { checkRegistered } from './check-registered.ts';
import type { Env } from './env.ts';
import { registerWorld } from './registry.ts';
import type { EnvOptions } from './world.ts';

/** The bead under another name, and never solved when `broken`. */
const called =
  (id: string, broken: boolean) =>
  ({ imageSize = 32 }: EnvOptions = {}): Env => {
    const env = bead({ imageSize });
    return { ...env, spec: { ...env.spec, id }, ...(broken ? { solved: () => false } : {}) };
  };

test('a registered world that breaks a law is refused by the name of the law', async () => {
  registerWorld({ id: 'never', summary: 'a bead that never arrives', make: called('never', true) });
  await expect(checkRegistered('never')).rejects.toMatchObject({ code: 'usage', details: { law: 'success' } });
});

test('a law that the registration leaves out with a reason is not checked', async () => {
  const skip = { success: 'nothing ends here', 'goal-of-state': 'nothing ends here' };
  registerWorld({ id: 'endless', summary: 'a bead', make: called('endless', true), check: { skip } });
  await expect(checkRegistered('endless')).resolves.toBeUndefined();
});

test('a lawful world and a built-in one pass, and an unknown one is named', async () => {
  registerWorld({ id: 'good', summary: 'a bead', make: called('good', false), policies: { 'go there': goThere } });
  await checkRegistered('good');
  await checkRegistered('two-room');
  await expect(checkRegistered('two-rom')).rejects.toThrow("did you mean 'two-room'");
});
