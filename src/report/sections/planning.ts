// The result table: every policy of every protocol with its success rate and 95 % interval.

import { wilsonInterval } from '../../measure/index.ts';
import type { Part, PlanningFile, PlanningProtocol, PolicyResult } from '../../run/index.ts';
import type { OtherResult } from '../../run/node.ts';
import { absent, escapeHtml, section } from '../html.ts';
import { BASELINES, rateBar } from '../rate.ts';
import { shortNumber } from '../scale.ts';
import { percent } from './header.ts';
import { otherResults } from './others.ts';
import { groupTables, pairedTable } from './planning-parts.ts';

const LEAD =
  'Tasks come from held-out episodes, those of reset from the world. Bars are success rates, whiskers 95 % Wilson intervals; the ' +
  'same tasks were given to a random policy and to an oracle. Planners beside the main one run on the tasks of the first protocol ' +
  'and of reset only. Time per decision is that of planning once for all tasks, divided by the tasks.';

/** The section with one table per protocol, the run's own and then those made with other settings. */
export function planningSection(
  planning: Part<PlanningFile>,
  others: readonly Part<OtherResult<PlanningFile>>[] = [],
  byRecipe: boolean = true,
): string {
  const own = planning.ok
    ? protocolTables(planning.value)
    : absent(planning.why, byRecipe ? 'It is written by <code>jepa eval RUN</code>.' : '');
  return section('planning', 'Planning', LEAD, own + otherResults(others, protocolTables));
}

function protocolTables({ protocols, solver, secondsPerPlan }: PlanningFile): string {
  const facts = [
    solver === undefined ? '' : `Solver: ${escapeHtml(solver)}.`,
    secondsPerPlan === undefined ? '' : `One plan takes ${shortNumber(secondsPerPlan * 1000)} ms.`,
  ].join(' ');
  return `<div class="protocols">${protocols.map(table).join('')}</div><p class="after">${facts}</p>`;
}

/** Columns that not every file fills. */
interface Columns {
  readonly last: boolean;
  readonly steps: boolean;
  readonly cost: boolean;
}

function table(protocol: PlanningProtocol): string {
  const { results } = protocol;
  const last = results.some((r) => r.successLast !== undefined);
  const steps = results.some((r) => r.medianSteps !== undefined);
  const cost = results.some((r) => r.planSecondsMean !== undefined);
  const facts = [
    protocol.goalOffset === undefined ? '' : `goals ${protocol.goalOffset} steps away`,
    protocol.budget === undefined ? '' : `budget ${protocol.budget}`,
    protocol.excluded === undefined ? '' : `${protocol.excluded} excluded (already at the goal)`,
    protocol.seed === undefined ? '' : `seed ${protocol.seed}`,
    protocol.judged === undefined || protocol.judged.hold === 1 ? '' : `held ${protocol.judged.hold} steps`,
  ].filter((f) => f !== '');
  const head =
    `<tr><th>policy</th><th class="wide">reached at any step</th><th>rate</th><th>95 % interval</th><th>tasks</th>` +
    `${last ? '<th>at the last step</th>' : ''}${steps ? '<th>median steps</th>' : ''}` +
    `${cost ? '<th>ms per decision</th><th>plans</th>' : ''}</tr>`;
  return (
    `<div class="card scroll"><h3>${escapeHtml(protocol.name)}<small>${escapeHtml(protocol.description)}</small></h3>` +
    `<table><thead>${head}</thead><tbody>${results.map((r) => row(r, { last, steps, cost })).join('')}</tbody></table>` +
    `<p class="after">${escapeHtml(facts.join(' · '))}</p>${groupTables(protocol)}${pairedTable(protocol)}</div>`
  );
}

/** Planners of the model in blue and teal; what needs no model in grey. */
function row(result: PolicyResult, { last, steps, cost }: Columns): string {
  const { policy, tasks, successAny, successLast, medianSteps, plans, planSecondsMean } = result;
  const [low, high] = wilsonInterval(successAny, tasks);
  const main = policy === 'planner';
  const hue = main ? 'blue' : (plans ?? 0) > 0 && !BASELINES.includes(policy) ? 'teal' : 'muted';
  const seconds = planSecondsMean === undefined ? '' : shortNumber((1000 * planSecondsMean) / tasks);
  const cells = [
    `<td>${escapeHtml(policy)}</td><td class="wide">${rateBar(successAny, tasks, hue)}</td>`,
    `<td><b>${percent(successAny / tasks)} %</b></td>`,
    `<td>${percent(low)} to ${percent(high)}</td><td>${successAny} / ${tasks}</td>`,
    last ? `<td>${successLast === undefined ? '' : `${percent(successLast / tasks)} %`}</td>` : '',
    steps ? `<td>${medianSteps === undefined ? '' : shortNumber(medianSteps)}</td>` : '',
    cost ? `<td>${seconds}</td><td>${plans === undefined || plans === 0 ? '' : plans}</td>` : '',
  ];
  return `<tr${main ? ' class="main"' : ''}>${cells.join('')}</tr>`;
}
