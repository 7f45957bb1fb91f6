export { augmentBench } from './augment.ts';
export { cemSolve } from './cem.ts';
export { envBench } from './environment.ts';
export { loaderBench } from './loader.ts';
export { operators } from './operators.ts';
export { referenceSize } from './reference-size.ts';
export { resNetStepBench } from './resnet-step.ts';
export { trainingStep } from './training-step.ts';
