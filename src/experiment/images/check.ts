// Settings that must fit each other, checked before images are opened.

import { JepaError } from '../../core/index.ts';
import { checkAugment } from '../../images/index.ts';
import type { ImageExperiment } from './config.ts';
import { methodOf } from './method.ts';
import { imageMethodNamed } from './methods/registry.ts';

/** Throws `usage`, naming the settings, when parts of the configuration contradict each other. */
export function checkExperiment(config: ImageExperiment): void {
  const { method, views, data, encoder } = config;
  const need = (holds: boolean, must: string, settings: readonly string[]): void => {
    if (!holds) throw new JepaError('usage', `${must}; set ${settings.join(' or ')}`, { settings });
  };
  const [least, most] = imageMethodNamed(method.name).views;
  need(
    views.length >= least && views.length <= most,
    `${method.name} needs ${least === most ? `exactly ${least}` : `at least ${least}`} views, got ${views.length}`,
    ['views'],
  );
  need(
    encoder.kind === 'resnet' || views.every((v) => v.size === data.size),
    `a ViT's position table takes views of data.size = ${data.size} pixels, got ${views.map((v) => v.size).join(', ')}`,
    ['views', 'encoder.kind'],
  );
  for (const each of views) checkAugment(each);
  methodOf(config, 0); // the method's own checks: patches, heads, masks that leave a context
}
