export {
  type Canvas,
  type Colour,
  canvas,
  drawImage,
  drawLine,
  drawText,
  fillRect,
  textWidth,
} from './canvas.ts';
export { type ChartSpec, type Hue, lineChart, type Rule, type Series } from './chart.ts';
export { finalLoss } from './compare/curve.ts';
export {
  alignedTable,
  type Comparison,
  comparisonJson,
  comparisonMarkdown,
  comparisonText,
  markdownTable,
} from './compare/table.ts';
export { writeComparison } from './compare/write.ts';
export { controlText } from './control/report.ts';
export { type ControlFiles, writeControlReport } from './control/write.ts';
export { animatedGif, episodesGif, type GifFile, type GifOptions } from './gif.ts';
export { escapeHtml } from './html.ts';
export { htmlPage } from './page.ts';
export { encodePng } from './png.ts';
export { type Part, parseRun, type Rollout, type RunFolder, readRollouts, readRunFolder } from './read.ts';
export { shortNumber } from './scale.ts';
export type {
  EmbeddingFile,
  ImaginedPath,
  Instruments,
  MachineRecord,
  MetricsLine,
  Perturbation,
  PlanningFile,
  PlanningProtocol,
  Point,
  PolicyResult,
  ProbeDimension,
  ProbeFile,
  ProbeResult,
  ProbeSample,
  RolloutFile,
  RunFile,
  RunStatus,
  SurpriseCurve,
  SurpriseFile,
  TimeShares,
} from './schema.ts';
export { wilsonInterval } from './wilson.ts';
export { renderReport, writeReport } from './write.ts';
