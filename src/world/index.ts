export { goalCost, LE_WM_REFERENCE, type LeWm, type LeWmConfig, leWm } from './le-wm/le-wm.ts';
export { type Acting, type ClipOptions, leWmMethod } from './le-wm/method.ts';
