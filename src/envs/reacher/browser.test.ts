// The same world in a browser tab: states and frames of Reacher there, byte for byte those of Node.

import { expect, test } from 'vitest';
import { key, stream } from '../../core/index.ts';
import { whyNoBrowser } from '../../runtime/browser.law.ts';
import { mujocoInBrowser } from '../browser.law.ts';
import { reacher } from '../index.ts';

const random = stream(key(2));
let rooms: ReturnType<typeof mujocoInBrowser>;

test.skipIf(whyNoBrowser !== undefined)('a page without MuJoCo is told how to get it', async () => {
  const said = await rooms().page.evaluate(
    `import('/dist/src/envs/index.js').then((envs) => envs.prepareEnv('reacher')).catch((error) => error.code + ': ' + error.message)`,
  );
  expect(said).toMatch(/^unsupported: .*npm install @mujoco\/mujoco.*hand over a loader too/);
});

rooms = mujocoInBrowser({
  id: 'reacher',
  make: reacher,
  factors: { 'rendering.render_target': 1 },
  steps: 60,
  act: () => [random.normal(), random.normal()],
});
