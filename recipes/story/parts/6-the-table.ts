// The table: the variants as published, as measured here, and in numbers that can be compared; and the sentence that they
// support.

import { jointMeasures, meanOf, overSeeds, table } from '../joint-measures.ts';
import type { JointMeasures } from '../measure.ts';
import { forSeeds, type StoryPart } from '../part.ts';
import type { JointName } from '../variants.ts';
import { ballFloors } from '../world/bayes.ts';

interface Row {
  readonly label: string;
  readonly variant: JointName;
  /** sim of the public README. */
  readonly published: string;
  /** sim of a run of the public code, full size; in brackets its held-out FVU. */
  readonly reproduced: string;
}

const ROWS: readonly Row[] = [
  {
    label: 'single frame, clean',
    variant: 'jepa-clean',
    published: '.082',
    reproduced: '.182 to .184 (.20)',
  },
  {
    label: 'single frame, noisy: dots stored once',
    variant: 'jepa-noisy-fixed',
    published: '.021',
    reproduced: '.090, .114 (.74, .79)',
  },
  {
    label: 'single frame, noisy: dots drawn anew',
    variant: 'jepa-noisy',
    published: '',
    reproduced: '.227 (.255)',
  },
  {
    label: 'two frames, noisy: dots drawn anew',
    variant: 'jepa-two-frames',
    published: '.032',
    reproduced: 'no public code',
  },
  {
    label: 'action-conditioned',
    variant: 'jepa-action',
    published: '.0057',
    reproduced: '.0055 (.0063)',
  },
];

/** A factor in words: how many times `a` is `b`. */
function times(a: number, b: number): string {
  return (a / b).toFixed(a / b < 10 ? 2 : 0);
}

/** The table and its sentence. */
export const theTable: StoryPart = {
  id: '6-the-table',
  title: 'What the numbers say',
  lead: 'The published table, our measurements at the same place, and the same in numbers that can be compared.',
  jobs: (seeds) => forSeeds(seeds, ...ROWS.map((row) => row.variant)),
  async run(context) {
    const { seeds, config } = context;
    const measured: JointMeasures[][] = [];
    for (const row of ROWS) {
      const all: JointMeasures[] = [];
      for (const seed of seeds) all.push(await jointMeasures(context, row.variant, seed));
      measured.push(all);
    }
    const rows = ROWS.map(({ label, published, reproduced }, i) => {
      const all = measured[i]!;
      const each = (pick: (m: JointMeasures) => number, digits: number): string => overSeeds(all.map(pick), digits);
      return [
        `${label} <small>${all.length} seed${all.length === 1 ? '' : 's'}</small>`,
        published,
        reproduced,
        each((m) => m.trainSim, 4),
        each((m) => m.unexplained, 4),
        each((m) => m.copyLast, 2),
        each((m) => m.effectiveRank, 1),
        each((m) => m.noiseShare, 3),
        each((m) => m.alias, 2),
      ];
    });
    const fvu = measured.map((all) => meanOf(all.map((m) => m.unexplained)));
    const [clean, fixed, online, two, action] = fvu as [number, number, number, number, number];
    const floors = ballFloors(config.world);
    const share = meanOf(measured[2]!.map((m) => m.noiseShare));
    const trainFixed = meanOf(measured[1]!.map((m) => m.trainUnexplained));
    const easier = Math.min(online, fixed) < clean;
    const ignores = online / clean < 0.75 * (floors.noisy / floors.clean);
    const sentence =
      `Distractors multiply the error that no pixel predictor can avoid by ${times(floors.noisy, floors.clean)}, and the held-out FVU of the embedding predictor by ` +
      `${times(online, clean)}; ${(100 * (1 - share)).toFixed(1)} % of the embedding's variance does not come from them. ` +
      `So "${ignores ? 'the embedding mostly ignores the clutter' : 'the embedding ignores the clutter'}" ${ignores ? 'holds' : 'does not hold here'} when the dots are drawn anew, ` +
      `but the published row in which noise makes prediction <em>easier</em> (.021 against .082) ${easier ? 'does too' : 'does not'}: held out, ` +
      `noise ${easier ? 'lowers' : 'never lowers'} the error (${clean.toFixed(3)} clean, ${online.toFixed(3)} with fresh dots; dots stored once: ${trainFixed.toFixed(3)} in training, ${fixed.toFixed(3)} held out). ` +
      `A second frame ${two < 0.8 * online ? `lowers the FVU ${times(online, two)} times` : `changes the FVU little (${two.toFixed(3)}) under distractors`}. ` +
      `The action lowers it ${times(clean, action)} times: that the ambiguity is the missing action, and is solved by giving it, reproduces.`;
    const html =
      table(
        [
          'variant',
          'sim, published',
          'public code re-run: sim (held-out FVU)',
          'sim here, in training',
          'FVU held out',
          'FVU of copying',
          'effective rank',
          'noise share',
          `alias, modulo ${2 * config.world.speed} pixels`,
        ],
        rows,
      ) +
      `<p><b>${sentence}</b></p><p class="after">Mean over seeds, with the range. The published numbers and the re-runs of the public code (PyTorch) are of the 64-pixel world; ` +
      `this page's world has ${config.world.size} pixels, ${config.networks.dim} numbers per embedding and ${config.train.steps} steps. ` +
      `sim is a mean squared error in units of each model's own embedding, and cannot be compared between rows; FVU can. Copying the present embedding has an FVU above 1 because neighbours in time are anti-correlated.</p>`;
    const metrics: Record<string, number> = {};
    ROWS.forEach(({ variant }, i) => {
      metrics[`table.${variant}.fvu`] = fvu[i]!;
    });
    return { html, metrics };
  },
};
