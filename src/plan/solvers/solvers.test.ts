// Every solver but CEM (whose tests stand beside it) under the laws.

import { type ActionConstraint, type MppiVariant, mppiVariants } from '../index.ts';
import { categoricalCem } from './categorical-cem.ts';
import { cem } from './cem.ts';
import { gradient } from './gradient.ts';
import { hierarchical } from './hierarchical.ts';
import { icem } from './icem.ts';
import { lagrangian } from './lagrangian.ts';
import { mppi } from './mppi.ts';
import { projectedGradient } from './projected-gradient.ts';
import { predictiveSampling, randomShooting } from './sampling.ts';
import { solverLaws } from './solver.law.ts';

const limited = (constraint?: ActionConstraint): { constraint?: ActionConstraint } =>
  constraint ? { constraint } : {};

solverLaws('icem', (c) => icem({ samples: 120, elites: 12, iterations: 20, noiseBeta: 0.5, ...limited(c) }), {
  tolerance: 0.03,
  horizon: 4,
});
solverLaws(
  'icem that shrinks and returns its best',
  (c) =>
    icem({
      samples: 200,
      elites: 10,
      iterations: 25,
      noiseBeta: 0,
      populationDecay: 1.1,
      meanCandidate: 'last-iteration',
      plan: 'best-elite',
      ...limited(c),
    }),
  { tolerance: 0.1, horizon: 4 },
);

const mppiSettings: Readonly<Record<MppiVariant, object>> = {
  swm: {
    samples: 300,
    elites: 30,
    iterations: 30,
    initialStd: 0.2,
    temperature: { convention: 'divisive', value: 0.02 },
  },
  'eb-jepa': { temperature: { convention: 'multiplicative', value: 0.5 } },
  pldm: {
    samples: 400,
    iterations: 40,
    initialStd: 0.15,
    temperature: { convention: 'lambda', value: 0.002 },
  },
};
for (const variant of ['swm', 'eb-jepa', 'pldm'] as const) {
  const settings = { ...mppiVariants[variant], ...mppiSettings[variant] };
  solverLaws(`mppi, ${variant},`, (c) => mppi({ ...settings, ...limited(c) }), { tolerance: 0.1 });
}

solverLaws(
  'predictive sampling',
  (c) => predictiveSampling({ samples: 200, iterations: 20, noiseScale: 0.2, ...limited(c) }),
  { tolerance: 0.1 },
);
solverLaws(
  'random shooting',
  (c) =>
    c?.kind === 'box'
      ? randomShooting({ samples: 5000, low: c.low, high: c.high })
      : randomShooting({ samples: 5000, low: -1, high: 1 }),
  { tolerance: 0.35 },
);

solverLaws('gradient descent', (c) =>
  gradient({ samples: 3, iterations: 40, descent: { kind: 'sgd', lr: 0.2 }, actionNoise: 1e-3, ...limited(c) }),
);
solverLaws('Adam', (c) =>
  gradient({ samples: 3, iterations: 150, descent: { kind: 'adam', lr: 0.1 }, actionNoise: 1e-4, ...limited(c) }),
);
solverLaws('lagrangian', (c) =>
  lagrangian({ samples: 3, innerSteps: 80, outerSteps: 2, descent: { kind: 'adam', lr: 0.05 }, ...limited(c) }),
);

const corners = [
  [1, 0, 0, 1],
  [0, 1, 0, 1],
] as const;
solverLaws('projected gradient', () => projectedGradient({ categories: 2, samples: 3, iterations: 20 }), {
  targets: corners,
  discrete: true,
});
solverLaws('categorical cem', () => categoricalCem({ categories: 2, samples: 40, elites: 5, iterations: 8 }), {
  targets: corners,
  discrete: true,
});

solverLaws(
  'hierarchical',
  (c) => {
    const level = cem({ samples: 200, elites: 30, iterations: 25, ...limited(c) });
    return hierarchical({ macro: level, primitive: level });
  },
  { lift: (problem) => ({ ...problem, hierarchy: { macro: problem, towards: () => problem } }) },
);
