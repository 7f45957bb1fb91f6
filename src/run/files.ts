// The schema of every file of a run folder; schema.ts says what the fields mean. Fields that are not named are kept.

import {
  anything,
  byName,
  flag,
  listOf,
  oneOf,
  open,
  optional,
  orNull,
  pairOf,
  type Schema,
  text,
  textLike,
} from '../core/index.ts';
import { fourNumbers, instrumentsOf, number } from './fields.ts';
import type {
  EmbeddingFile,
  FeatureProbe,
  FeaturesFile,
  GeneralisationFile,
  GroupGeneralisation,
  ImaginedPath,
  LongHorizonFile,
  PairedPolicies,
  Perturbation,
  PicturesFile,
  PlanningFile,
  PlanningProtocol,
  PolicyGeneralisation,
  PolicyResult,
  ProbeDimension,
  ProbeFile,
  ProbeResult,
  ProbeSample,
  RolloutFile,
  SuccessCount,
  SurpriseCurve,
  SurpriseFile,
  TaskGroup,
} from './results.ts';
import type {
  Failure,
  MachineRecord,
  MetricsLine,
  OtherResults,
  OutcomeFile,
  ResultOrigin,
  RunFile,
  RuntimeRecord,
  TimeShares,
} from './schema.ts';

const numbers = listOf(number);
const numbersByName = byName(number);
const point = pairOf(number);

const machine = open<MachineRecord>({
  cpu: text(),
  cores: number,
  memoryGiB: number,
  platform: text(),
  release: optional(text()),
});

const runtime = open<RuntimeRecord>({
  name: text(),
  version: optional(text()),
  device: text(),
  threads: optional(number),
});

const failure = open<Failure>({ code: text(), message: text() });

const origin = {
  settings: byName(anything()),
  seed: optional(number),
  checkpoint: optional(number),
  command: text(),
};

/** What every result made with other settings says beside itself. */
export const originated: Schema<{ readonly origin: ResultOrigin }> = open<{ readonly origin: ResultOrigin }>({
  origin: open<ResultOrigin>(origin),
});

const otherResults = open<OtherResults>({ ...origin, metrics: numbersByName });

/** `run.json`. */
export const runFile: Schema<RunFile> = open<RunFile>({
  recipe: text(),
  seed: number,
  status: oneOf(['unfinished', 'done', 'interrupted', 'failed']),
  command: optional(text()),
  recipeFile: optional(text()),
  started: optional(text()),
  minutes: optional(number),
  machine: optional(machine),
  runtime: optional(runtime),
  versions: optional(byName(text())),
  config: optional(anything()),
  changed: optional(listOf(text())),
  metrics: optional(numbersByName),
  failure: optional(failure),
  others: optional(byName(otherResults)),
});

const timing = open<TimeShares>({
  seconds: optional(number),
  imagesPerSecond: optional(number),
  waitShare: optional(number),
  programShare: optional(number),
  overheadShare: optional(number),
  pauseShare: optional(number),
});

/** One line of `metrics.jsonl`. */
export const metricsLine: Schema<MetricsLine> = open<MetricsLine>({
  step: number,
  loss: optional(number),
  terms: optional(numbersByName),
  lr: optional(number),
  gradNorm: optional(number),
  instruments: optional(instrumentsOf()),
  timing: optional(timing),
});

/** `outcome.json`. */
export const outcomeFile: Schema<OutcomeFile> = open<OutcomeFile>({
  kind: oneOf(['done', 'interrupted', 'non-finite']),
  step: number,
  checkpoint: optional(text()),
  term: optional(text()),
  value: optional(text()),
  lastGood: optional(orNull(text())),
  timing: optional(timing),
});

/** `evals/embedding.json`. */
export const embeddingFile: Schema<EmbeddingFile> = open<EmbeddingFile>({ deviations: numbers });

const featureProbe = open<FeatureProbe>({ probe: text(), accuracy: number, n: number, labels: optional(number) });

/** `evals/features.json`. */
export const featuresFile: Schema<FeaturesFile> = open<FeaturesFile>({
  method: optional(text()),
  probes: listOf(featureProbe),
  instruments: optional(
    open<NonNullable<FeaturesFile['instruments']>>({
      rankMe: number,
      effectiveRank: number,
      spectrum: numbers,
      deviations: numbers,
    }),
  ),
});

/** Only a picture that a page can hold by itself: anything else could be an address or markup. */
const picture = textLike(/^data:image\/png;base64,[A-Za-z0-9+/]*=*$/, 'a data:image/png;base64 address');

/** `evals/pictures.json`. */
export const picturesFile: Schema<PicturesFile> = open<PicturesFile>({
  neighbours: listOf(
    open<PicturesFile['neighbours'][number]>({
      query: picture,
      label: text(),
      neighbours: listOf(
        open<PicturesFile['neighbours'][number]['neighbours'][number]>({
          image: picture,
          label: text(),
          similarity: number,
        }),
      ),
    }),
  ),
  patches: listOf(open<PicturesFile['patches'][number]>({ image: picture, components: picture, similarity: picture })),
});

const policyResult = open<PolicyResult>({
  policy: text(),
  tasks: number,
  successAny: number,
  successLast: optional(number),
  medianSteps: optional(number),
  plans: optional(number),
  planSecondsMean: optional(number),
  solvedAt: optional(listOf(orNull(number))),
});

const taskGroup = open<TaskGroup>({
  by: text(),
  name: text(),
  tasks: number,
  results: listOf(open<TaskGroup['results'][number]>({ policy: text(), success: number, interval: point })),
});

const paired = open<PairedPolicies>({
  policy: text(),
  against: text(),
  both: number,
  onlyPolicy: number,
  onlyAgainst: number,
  neither: number,
  p: number,
});

const protocol = open<PlanningProtocol>({
  name: text(),
  description: text(),
  world: optional(text()),
  dataset: optional(text()),
  taskNames: optional(listOf(point)),
  judged: optional(open<NonNullable<PlanningProtocol['judged']>>({ about: text(), hold: number })),
  excluded: optional(number),
  goalOffset: optional(number),
  budget: optional(number),
  seed: optional(number),
  planner: optional(byName(anything())),
  results: listOf(policyResult),
  groups: optional(listOf(taskGroup)),
  paired: optional(listOf(paired)),
});

/** `evals/planning.json`. */
export const planningFile: Schema<PlanningFile> = open<PlanningFile>({
  protocols: listOf(protocol),
  solver: optional(text()),
  secondsPerPlan: optional(number),
});

const dimension = open<ProbeDimension>({ name: text(), r: number, r2: number, mse: optional(number) });

const probe = open<ProbeResult>({
  target: text(),
  kind: text(),
  samples: optional(number),
  r: optional(number),
  mse: optional(number),
  dimensions: listOf(dimension),
});

const sample = open<ProbeSample>({
  target: text(),
  kind: text(),
  names: listOf(text()),
  truth: listOf(numbers),
  predicted: listOf(numbers),
  unit: optional(text()),
});

const leftOut = listOf(open<{ readonly name: string; readonly why: string }>({ name: text(), why: text() }));

/** `evals/probe.json`. */
export const probeFile: Schema<ProbeFile> = open<ProbeFile>({
  probes: listOf(probe),
  sample: optional(sample),
  leftOut: optional(leftOut),
});

const curve = open<SurpriseCurve>({ mean: numbers, low: optional(numbers), high: optional(numbers) });

const perturbation = open<Perturbation>({
  name: text(),
  about: optional(text()),
  auc: number,
  p: optional(number),
  curve,
});

/** `evals/surprise.json`. */
export const surpriseFile: Schema<SurpriseFile> = open<SurpriseFile>({
  clips: number,
  perturbedAt: number,
  band: optional(text()),
  clean: curve,
  perturbations: listOf(perturbation),
  leftOut: optional(leftOut),
});

/** `rollouts/<k>.json`. */
export const rolloutFile: Schema<RolloutFile> = open<RolloutFile>({
  frames: number,
  height: number,
  width: number,
  success: flag(),
  reachedAt: optional(number),
  title: optional(text()),
  extent: optional(fourNumbers()),
  imagined: optional(listOf(open<ImaginedPath>({ at: number, path: listOf(point) }))),
  path: optional(listOf(point)),
  goal: optional(point),
});

/** `evals/long-horizon.json`. */
export const longHorizonFile: Schema<LongHorizonFile> = open<LongHorizonFile>({
  horizons: listOf(open<LongHorizonFile['horizons'][number]>({ goalOffset: number, budget: number, record: protocol })),
});

const count = open<SuccessCount>({ success: number, interval: point });

const group = open<GroupGeneralisation>({
  group: text(),
  factors: listOf(text()),
  tasks: number,
  leftOut: number,
  results: listOf(open<PolicyGeneralisation>({ policy: text(), success: number, interval: point, unvaried: count })),
});

/** `evals/generalisation.json`. */
export const generalisationFile: Schema<GeneralisationFile> = open<GeneralisationFile>({
  tasks: number,
  budget: number,
  reference: optional(text()),
  unvaried: listOf(open<GeneralisationFile['unvaried'][number]>({ policy: text(), success: number, interval: point })),
  groups: listOf(group),
  excluded: listOf(open<GeneralisationFile['excluded'][number]>({ factor: text(), why: text() })),
});
