// Parity case `probes`: kNN, RankMe, LiDAR, ridge, linear probe, logistic regression and the DINO loss.

import { accuracy, meanCrossEntropy, knnByDistance, knnVotes, lidar, linearClassifier, logisticRegression, matrix, nearestByCosine, predictLinear, rankMe, ridge, scorePredictions, singularValues, type KnnDistance, type LinearModel, type Matrix, type Numbers } from '../../src/measure/index.ts';
import { grad } from '../../src/autodiff/index.ts';
import { dino } from '../../src/jepa/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { reshape, split, type Tensor } from '../../src/tensor/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { evaluate, stored } from './pass.ts';

const distances: readonly KnnDistance[] = ['euclidean', 'squared_euclidean', 'cosine', 'manhattan'];

function matrixOf(c: ParityCase, name: string): Matrix {
  const { shape, data } = c.tensor(name);
  return matrix(Float64Array.from(data), shape[1]!, shape[0]!);
}

const produced = ({ rows, cols, data }: Matrix): ProducedTensor => ({ shape: [rows, cols], data });
const vector = (data: Numbers): ProducedTensor => ({ shape: [data.length], data });

/** Takes the case `probes`. */
export const probes: ParityClaim = {
  case: 'probes',
  async run(c) {
    const tensors: Record<string, ProducedTensor> = {};
    const scalars: Record<string, JsonValue> = {};
    const data: ProbeData = {
      trainX: matrixOf(c, 'input.train_x'),
      testX: matrixOf(c, 'input.test_x'),
      trainY: c.tensor('input.train_y').data,
      testY: c.tensor('input.test_y').data,
      classes: numberOf(c.config, 'classes'),
    };
    await neighbours(c, data, tensors, scalars);
    spectra(c, data, tensors, scalars);
    regression(c, data, tensors, scalars);
    linearProbe(c, data, tensors, scalars);
    logistic(c, data, tensors, scalars);
    await distillation(c, tensors, scalars);
    return { tensors, scalars };
  },
};

interface ProbeData {
  readonly trainX: Matrix;
  readonly testX: Matrix;
  readonly trainY: ArrayLike<number>;
  readonly testY: ArrayLike<number>;
  readonly classes: number;
}
type Tensors = Record<string, ProducedTensor>;
type Scalars = Record<string, JsonValue>;

async function neighbours(c: ParityCase, d: ProbeData, tensors: Tensors, scalars: Scalars): Promise<void> {
  const index = { x: d.trainX, labels: d.trainY, classes: d.classes };
  const k = numberOf(c.config, 'k');
  const temperature = numberOf(c.config, 'temperature');
  for (const distance of distances) {
    const scores = knnByDistance(index, d.testX, { k, temperature, distance });
    tensors[`output.knn_${distance}`] = produced(scores);
    scalars[`knn_acc_${distance}`] = accuracy(scores, d.testY);
  }
  // The k of the DINO scores stand in their names only.
  for (const name of c.scalars.keys()) {
    const match = /^dino_knn_top1_k(\d+)$/.exec(name);
    if (match === null) continue;
    const found = await nearestByCosine(d.trainX, d.testX, Number(match[1]), { runtime: nodeRuntime({ threads: 1 }) });
    scalars[name] = 100 * accuracy(knnVotes(found, d.trainY, d.classes, { temperature }), d.testY);
  }
}

function spectra(c: ParityCase, d: ProbeData, tensors: Tensors, scalars: Scalars): void {
  tensors['output.singular_values'] = vector(singularValues(d.trainX));
  scalars.rankme = rankMe(d.trainX, 1e-5);
  const result = lidar(matrixOf(c, 'input.lidar_x'), numberOf(c.config, 'lidar.samples_per_class'));
  scalars.lidar = { lidar: result.lidar, entropy: result.entropy, top_eigenvalue: result.topEigenvalue };
}

function regression(c: ParityCase, d: ProbeData, tensors: Tensors, scalars: Scalars): void {
  const targets = matrixOf(c, 'input.targets');
  const model = ridge(d.trainX, targets, numberOf(c.config, 'alpha'));
  const predicted = predictLinear(model, d.testX);
  tensors['output.ridge_coef'] = produced(model.coefficients);
  tensors['output.ridge_intercept'] = vector(model.intercept);
  tensors['output.ridge_pred'] = produced(predicted);
  const ones = new Float64Array(targets.cols).fill(1);
  const target = { mean: new Float64Array(targets.cols), std: ones }; // errors in the units of the targets
  const score = scorePredictions(predicted, matrixOf(c, 'input.test_targets'), target);
  scalars.ridge_r2_per_target = score.r2;
  scalars.ridge_mse_per_target = score.mse;
}

function linearProbe(c: ParityCase, d: ProbeData, tensors: Tensors, scalars: Scalars): void {
  const [weight, bias] = ['probe.classifier.weight', 'probe.classifier.bias'] as const;
  const start: LinearModel = {
    coefficients: matrix(Float64Array.from(c.weights().get(weight)!.data), d.trainX.cols),
    intercept: Float64Array.from(c.weights().get(bias)!.data),
  };
  const first = meanCrossEntropy(start, d.trainX, d.trainY);
  tensors[`grad.${weight}`] = { shape: [d.classes, d.trainX.cols], data: first.weight };
  tensors[`grad.${bias}`] = vector(first.bias);
  const { model, losses } = linearClassifier(start, d.trainX, d.trainY, {
    steps: numberOf(c.config, 'probe.steps'),
    lr: numberOf(c.config, 'probe.lr'),
    weightDecay: numberOf(c.config, 'probe.weight_decay'),
  });
  tensors[`after.${weight}`] = produced(model.coefficients);
  tensors[`after.${bias}`] = vector(model.intercept);
  const logits = predictLinear(model, d.testX);
  tensors['output.probe_logits'] = produced(logits);
  scalars.probe_losses = losses;
  scalars.probe_test_loss = meanCrossEntropy(model, d.testX, d.testY).loss;
  scalars.probe_test_acc = accuracy(logits, d.testY);
}

function logistic(c: ParityCase, d: ProbeData, tensors: Tensors, scalars: Scalars): void {
  const model = logisticRegression(d.trainX, d.trainY, d.classes, { c: numberOf(c.config, 'logreg_C') });
  tensors['output.logreg_coef'] = produced(model.coefficients);
  tensors['output.logreg_intercept'] = vector(model.intercept);
  scalars.logreg_test_acc = accuracy(predictLinear(model, d.testX), d.testY);
}

async function distillation(c: ParityCase, tensors: Tensors, scalars: Scalars): Promise<void> {
  const at = (name: string): number => numberOf(c.config, `dino.${name}`);
  // A straight line over the warm-up epochs, both ends included (numpy.linspace), then constant.
  const progress = Math.min(1, at('epoch') / Math.max(1, at('warmup_epochs') - 1));
  const final = at('teacher_temp');
  const warm = at('warmup_teacher_temp');
  const teacherTemperature = at('epoch') < at('warmup_epochs') ? warm + progress * (final - warm) : final;
  const student = stored(c, 'input.student');
  const centre = stored(c, 'input.center');
  const views = (logits: Tensor, count: number): Tensor[] =>
    split(logits, Array<number>(count).fill(logits.shape[0]! / count), 0);
  const result = dino(views(student, at('ncrops')), views(stored(c, 'input.teacher'), 2), reshape(centre, [-1]), {
    teacherTemperature,
    centreMomentum: at('center_momentum'),
  });
  const { loss, ...others } = await evaluate(c, {
    loss: result.value,
    'output.d_student': grad(result.value, [student])[0]!,
    'output.center_after': reshape(result.centre, centre.shape),
  });
  Object.assign(tensors, others);
  scalars.dino_loss = loss!.data[0]!;
  scalars.dino_teacher_temp = teacherTemperature;
}
