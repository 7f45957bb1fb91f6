// Below the table of a protocol: its tasks in groups, by distance and by kind, and its policies task by task against the main one.

import { wilsonInterval } from '../../measure/index.ts';
import type { PlanningProtocol, TaskGroup } from '../../run/index.ts';
import { escapeHtml } from '../html.ts';
import { shortNumber } from '../scale.ts';
import { percent } from './header.ts';

/** What a row of a group is called. */
const BY: Readonly<Record<string, string>> = { distance: 'distance at the start', kind: 'kind of task' };

function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: 'th' | 'td', values: readonly string[]): string =>
    values.map((value) => `<${tag}>${value}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('');
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body}</tbody></table>`;
}

/** `12 / 30 <small>40 % (25 to 58)</small>` */
function countCell(success: number, tasks: number): string {
  const [low, high] = wilsonInterval(success, tasks);
  return `${success} / ${tasks} <small>${percent(success / tasks)} % (${percent(low)} to ${percent(high)})</small>`;
}

/** A table for each way of grouping: a row for each group, a column for each policy. */
export function groupTables({ groups = [] }: PlanningProtocol): string {
  return [...new Set(groups.map(({ by }) => by))]
    .map((by) => {
      const own = groups.filter((group) => group.by === by);
      const policies = own[0]!.results.map(({ policy }) => policy);
      const row = ({ name, tasks, results }: TaskGroup): readonly string[] => [
        escapeHtml(name.replaceAll('-', ' ')),
        ...policies.map((policy) => {
          const found = results.find((result) => result.policy === policy);
          return found === undefined ? '' : countCell(found.success, tasks);
        }),
      ];
      return htmlTable([escapeHtml(BY[by] ?? by), ...policies.map(escapeHtml)], own.map(row));
    })
    .join('');
}

/** Every other policy against the main one. */
export function pairedTable({ paired = [] }: PlanningProtocol): string {
  if (paired.length === 0) return '';
  const { against } = paired[0]!;
  const rows = paired.map((p) => [
    escapeHtml(p.policy),
    ...[p.both, p.onlyPolicy, p.onlyAgainst, p.neither].map(String),
    shortNumber(p.p),
  ]);
  const main = against === 'planner' ? 'the main planner' : escapeHtml(against);
  return (
    htmlTable([`against ${main}`, 'both', 'only this one', `only ${main}`, 'neither', 'p'], rows) +
    `<p class="after">Task by task; p: McNemar's exact test over the tasks on which the two differ.</p>`
  );
}
