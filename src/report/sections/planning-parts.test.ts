import { expect, test } from 'vitest';
import { wilsonInterval } from '../../measure/index.ts';
import type { PlanningProtocol, RolloutFile } from '../../run/index.ts';
import { episodesSection } from './episodes.ts';
import { planningSection } from './planning.ts';

const protocol: PlanningProtocol = {
  name: 'reset',
  description: 'resets',
  judged: { about: 'near <b>', hold: 3 },
  results: [{ policy: 'planner', tasks: 40, successAny: 10 }],
  groups: [
    {
      by: 'kind',
      name: 'same-side',
      tasks: 30,
      results: [{ policy: 'planner', success: 9, interval: wilsonInterval(9, 30) }],
    },
    {
      by: 'kind',
      name: '<i>across',
      tasks: 10,
      results: [{ policy: 'planner', success: 1, interval: wilsonInterval(1, 10) }],
    },
  ],
  paired: [{ policy: 'icem', against: 'planner', both: 4, onlyPolicy: 5, onlyAgainst: 0, neither: 31, p: 0.0625 }],
};
const cells = (html: string): string[] => [...html.matchAll(/<t[hd]>(.*?)<\/t[hd]>/g)].map((m) => m[1]!);

test('groups stand below the table of their protocol with counts and Wilson intervals', () => {
  const page = planningSection({ ok: true, value: { protocols: [protocol] } });
  // Newcombe's formula (1998, method 3) for 9 of 30: 0.1666 to 0.4788.
  expect(cells(page)).toEqual(
    expect.arrayContaining([
      'kind of task',
      'same side',
      '9 / 30 <small>30 % (16.7 to 47.9)</small>',
      '&lt;i&gt;across',
    ]),
  );
  expect(page).toContain('held 3 steps');
});

test('the other policies stand against the main planner, task by task', () => {
  const page = planningSection({ ok: true, value: { protocols: [protocol] } });
  const all = cells(page);
  const at = all.indexOf('against the main planner');
  expect(all.slice(at, at + 12)).toEqual([
    ...['against the main planner', 'both', 'only this one', 'only the main planner', 'neither', 'p'],
    ...['icem', '4', '5', '0', '31', '0.0625'],
  ]);
});

test('a protocol without groups or other policies has its table only', () => {
  const { groups: _, paired: __, ...alone } = protocol;
  const page = planningSection({ ok: true, value: { protocols: [alone] } });
  expect(page.match(/<table>/g)).toHaveLength(1);
});

test('episodes that did not reach their goal are shown first, in their order', () => {
  const rollout = (name: string, success: boolean) => {
    const file: RolloutFile = { frames: 1, height: 8, width: 8, success, title: `task ${name}` };
    return { name, file, images: new Uint8Array(2 * 8 * 8 * 3) };
  };
  const page = episodesSection({
    ok: true,
    value: [rollout('0', true), rollout('1', false), rollout('2', true), rollout('3', false)],
  });
  expect([...page.matchAll(/<figcaption>task (\d)/g)].map((m) => m[1])).toEqual(['1', '3', '0', '2']);
});
