// Players of planned episodes: what the agent sees, the goal image, and the imagined path drawn over the frame.

import type { ImagePoint, Part } from '../../run/index.ts';
import type { Rollout } from '../../run/node.ts';
import { absent, escapeHtml, scriptJson, section } from '../html.ts';
import { spriteSheet } from '../sprite.ts';

const LEAD =
  'Left: what the agent sees, with the path its world model <b class="ink-blue">imagines</b> for the current plan and the ' +
  'way it has come in grey. Right: the goal, given only as this picture. Episodes that did not reach their goal come first.';

/** The section with one player per recorded episode. */
export function episodesSection(rollouts: Part<readonly Rollout[]>, byRecipe: boolean = true): string {
  if (!rollouts.ok) {
    return section(
      'episodes',
      'Planned episodes',
      LEAD,
      absent(rollouts.why, byRecipe ? 'They are written by <code>jepa plan RUN</code>.' : ''),
    );
  }
  const controls = '<div class="controls"><button type="button" id="play-all">Pause all</button></div>';
  return section(
    'episodes',
    'Planned episodes',
    LEAD,
    `${controls}<div class="players">${failuresFirst(rollouts.value).map(player).join('')}</div>`,
  );
}

/** What went wrong says more than what went right. */
function failuresFirst(rollouts: readonly Rollout[]): readonly Rollout[] {
  return [...rollouts].sort((a, b) => Number(a.file.success) - Number(b.file.success));
}

function short(points: readonly ImagePoint[]): ImagePoint[] {
  return points.map(([x, y]) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100]);
}

function player(rollout: Rollout): string {
  const { file, images, name } = rollout;
  const { png, perColumn } = spriteSheet(images, file.frames + 1, file.height, file.width);
  const data = {
    frames: file.frames,
    width: file.width,
    height: file.height,
    perColumn,
    success: file.success,
    reachedAt: file.reachedAt ?? null,
    extent: file.extent ?? null,
    path: file.path === undefined ? null : short(file.path),
    goal: file.goal ?? null,
    imagined: (file.imagined ?? []).map((p) => ({ at: p.at, path: short(p.path) })),
  };
  const badge = file.success
    ? `<span class="badge good">goal reached${file.reachedAt === undefined ? '' : ` at ${file.reachedAt}`}</span>`
    : '<span class="badge bad">not reached</span>';
  return (
    `<figure class="card player"><div class="views"><canvas class="now" width="448" height="448"></canvas>` +
    `<div class="aside"><canvas class="goal" width="224" height="224"></canvas><small>goal</small>` +
    `<b class="step">step 0</b></div></div>` +
    `<div class="bar"><button type="button" class="play" aria-label="play or pause">❚❚</button>` +
    `<input type="range" min="0" max="${file.frames - 1}" value="0" aria-label="step">${badge}</div>` +
    `<figcaption>${escapeHtml(file.title ?? `Episode ${name}`)}</figcaption>` +
    `<img class="sheet" alt="" src="data:image/png;base64,${png.toString('base64')}" hidden>` +
    `<script type="application/json">${scriptJson(data)}</script></figure>`
  );
}
