export { stopGradient } from '../tensor/index.ts';
export { type GradOptions, grad, topological, valueAndGrad } from './grad.ts';
