// Settings that must fit each other, checked before images are opened.

import { JepaError } from '../../core/index.ts';
import type { ImageExperiment } from './config.ts';
import { methodOf } from './method.ts';

const VIEWS: Readonly<Record<ImageExperiment['method']['name'], readonly [least: number, most: number]>> = {
  'barlow-twins': [2, 2],
  vicreg: [2, 2],
  simclr: [2, 2],
  collapse: [2, 2],
  lejepa: [2, 64],
  dino: [2, 64],
  'i-jepa': [1, 1],
  'pixel-predictor': [1, 1],
  mae: [1, 1],
  supervised: [1, 1],
  random: [1, 1],
};

/** Throws `usage`, naming the settings, when parts of the configuration contradict each other. */
export function checkExperiment(config: ImageExperiment): void {
  const { method, views, data, train, encoder } = config;
  const need = (holds: boolean, must: string, settings: readonly string[]): void => {
    if (!holds) throw new JepaError('usage', `${must}; set ${settings.join(' or ')}`, { settings });
  };
  const range = VIEWS[method.name];
  if (range === undefined) {
    throw new JepaError('usage', `method.name must be one of ${Object.keys(VIEWS).join(', ')}, got '${method.name}'`);
  }
  const [least, most] = range;
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
  need(
    train.batchSize >= 2,
    `train.batchSize must be at least 2, since the losses and batch norms are statistics of the batch; got ${train.batchSize}`,
    ['train.batchSize'],
  );
  methodOf(config, 0); // the method's own checks: patches, heads, masks that leave a context
}
