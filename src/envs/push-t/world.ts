// Push-T as the registry knows it.

import type { WorldRegistration } from '../registration.ts';
import { noisyPusher, pusher, weakPusher } from './expert.ts';
import { pushT } from './push-t.ts';
import { pushing } from './pushing.ts';

/** `push-t`. */
export const pushTWorld: WorldRegistration = {
  id: 'push-t',
  summary: 'a round agent pushes a T-shaped block to a pose',
  make: pushT,
  policies: {
    expert: pusher,
    'noisy-expert': () => noisyPusher(),
    pushing: () => pushing(),
    'noisy-pushing': () => pushing({ name: 'noisy-pushing', push: [2, 30], walk: [10, 60], noise: [0.2, 0.6] }),
    weak: weakPusher,
  },
};
