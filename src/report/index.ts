export { type ChartSpec, type Hue, lineChart, type Rule, type Series } from './chart.ts';
export { finalLoss } from './compare/curve.ts';
export {
  type Comparison,
  comparisonJson,
  comparisonMarkdown,
  comparisonText,
} from './compare/table.ts';
export { writeComparison } from './compare/write.ts';
export { controlText } from './control/report.ts';
export { type ControlFiles, writeControlReport } from './control/write.ts';
export { type CostReport, costMarkdown } from './costs/tables.ts';
export { episodesGif, type GifOptions } from './gif.ts';
export { escapeHtml } from './html.ts';
export { htmlPage } from './page.ts';
export { shortNumber } from './scale.ts';
export { alignedTable, markdownTable } from './text-table.ts';
export { renderReport, writeReport } from './write.ts';
