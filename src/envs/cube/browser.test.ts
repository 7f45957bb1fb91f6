// The same world in a browser tab: states and frames of pick and place there, byte for byte those of Node.

import { expect } from 'vitest';
import { key, stream } from '../../core/index.ts';
import { mujocoInBrowser } from '../browser.law.ts';
import { cube, noisyCubeExpert } from '../index.ts';

const random = stream(key(2));
const policy = noisyCubeExpert();

mujocoInBrowser(
  {
    id: 'cube',
    make: cube,
    factors: { 'rendering.render_target': 1, 'camera.azimuth': 0.3 },
    steps: 40,
    act: (env) => policy.act(env, random),
  },
  // The cube was lifted on the way.
  ({ states }) => expect(Math.max(...states.map((state) => state[2]!))).toBeGreaterThan(0.05),
);
