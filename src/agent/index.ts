export { type CollectOptions, collect } from './collect.ts';
export { type ImagineRequest, type LeWmModel, leWmModel } from './le-wm-model.ts';
