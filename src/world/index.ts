export { goalCost, LE_WM_REFERENCE, type LeWm, type LeWmConfig, type LeWmLoss, leWm } from './le-wm/le-wm.ts';
