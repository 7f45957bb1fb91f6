// Top of the page: what was run, where, how long, and the five numbers one looks for first.

import { basename, resolve } from 'node:path';
import { wilsonInterval } from '../../measure/index.ts';
import type { Failure, MetricsLine, Part, PlanningFile, PolicyResult, ProbeFile, RunFile } from '../../run/index.ts';
import type { RunContents } from '../../run/node.ts';
import { escapeHtml } from '../html.ts';
import { shortNumber } from '../scale.ts';

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly detail: string;
}

/** The page's `<header>`: title, why the run failed, tiles and the record of machine and versions. */
export function headerSection(folder: RunContents): string {
  const run = folder.run.ok ? folder.run.value : undefined;
  const title = run?.recipe || basename(resolve(folder.dir));
  const badges = run === undefined ? '' : `<span class="badge">seed ${run.seed}</span>${statusBadge(run)}`;
  const tiles = tilesOf(folder)
    .map((t) => `<div class="tile"><span>${t.label}</span><b>${t.value}</b><small>${t.detail}</small></div>`)
    .join('');
  const missing = folder.run.ok ? '' : `<div class="absent"><strong>${escapeHtml(folder.run.why)}</strong></div>`;
  return (
    `<header><div class="top"><span class="brand">jepa <em>run report</em></span>` +
    `<button type="button" id="theme" aria-label="switch between light and dark">◐</button></div>` +
    `<h1>${escapeHtml(title)} ${badges}</h1>${run === undefined ? missing : recordLine(run)}${run?.failure === undefined ? '' : failureCard(run.failure)}` +
    (tiles === '' ? '' : `<div class="tiles">${tiles}</div>`) +
    `</header>`
  );
}

function failureCard({ code, message }: Failure): string {
  return (
    `<div class="card failure" role="alert"><strong>This run failed</strong> <span class="badge bad">${escapeHtml(code)}</span>` +
    `<p>${escapeHtml(message)}</p></div>`
  );
}

function statusBadge(run: RunFile): string {
  const hue = { done: 'good', interrupted: 'warn', unfinished: 'warn', failed: 'bad' }[run.status];
  return `<span class="badge ${hue}">${run.status}</span>`;
}

function recordLine(run: RunFile): string {
  const facts: string[] = [];
  if (run.machine !== undefined) {
    const { cpu, cores, memoryGiB, platform } = run.machine;
    facts.push(escapeHtml(cpu), `${cores} cores`, `${Math.round(memoryGiB)} GiB`, escapeHtml(platform));
  }
  if (run.runtime !== undefined) {
    const { device, threads } = run.runtime;
    facts.push(`computed on ${escapeHtml(device)}${threads === undefined ? '' : ` with ${threads} threads`}`);
  }
  facts.push(
    ...Object.entries(run.versions ?? {}).map(([name, version]) => `${escapeHtml(name)} ${escapeHtml(version)}`),
  );
  if (run.started !== undefined) facts.push(escapeHtml(run.started.replace('T', ' ').slice(0, 16)));
  return `<p class="record">${facts.map((f) => `<span>${f}</span>`).join('')}</p>`;
}

function tilesOf(folder: RunContents): Tile[] {
  const metrics = folder.run.ok ? (folder.run.value.metrics ?? {}) : {};
  const tiles = [
    planningTile(folder.planning, metrics),
    probeTile(folder.probe, metrics),
    surpriseTile(folder, metrics),
    throughputTile(folder.metrics, metrics),
  ];
  const minutes = folder.run.ok ? folder.run.value.minutes : undefined;
  if (minutes !== undefined) {
    tiles.push({ label: 'Whole experiment', value: `${shortNumber(minutes)}<i> min</i>`, detail: 'wall clock' });
  }
  return tiles.filter((t) => t !== undefined);
}

type Metrics = Readonly<Record<string, number>>;

/** A share as a percentage with at most one decimal. */
export function percent(share: number): string {
  return `${shortNumber(Math.round(share * 1000) / 10)}`;
}

function planningTile(planning: Part<PlanningFile>, metrics: Metrics): Tile | undefined {
  const label = 'Goals reached by planning';
  const strict = planning.ok
    ? (planning.value.protocols.find((p) => p.name === 'strict') ?? planning.value.protocols[0])
    : undefined;
  const planner = strict?.results.find((r) => r.policy === 'planner');
  if (strict !== undefined && planner !== undefined) {
    const [low, high] = wilsonInterval(planner.successAny, planner.tasks);
    const rate = (r: PolicyResult): string => `${r.policy} ${percent(r.successAny / r.tasks)} %`;
    const others = strict.results.filter((r) => r !== planner).map(rate);
    const detail = escapeHtml([`${percent(low)} to ${percent(high)} %`, ...others].join(' · '));
    return { label, value: `${percent(planner.successAny / planner.tasks)}<i> %</i>`, detail };
  }
  const success = metrics['planning.strict.success'];
  return success === undefined
    ? undefined
    : { label, value: `${percent(success)}<i> %</i>`, detail: 'strict protocol' };
}

function probeTile(probe: Part<ProbeFile>, metrics: Metrics): Tile | undefined {
  const linear = probe.ok ? probe.value.probes.find((p) => p.kind === 'linear') : undefined;
  const found = linear?.dimensions.map((d) => d.r) ?? [];
  const worst = found.length === 0 ? undefined : Math.min(...found);
  const r = worst ?? metrics['probe.agent-position.linear.r'];
  if (r === undefined) return undefined;
  return {
    label: `Linear probe, ${escapeHtml(linear?.target ?? 'position')}`,
    value: r.toFixed(4),
    detail: 'Pearson r',
  };
}

function surpriseTile(folder: RunContents, metrics: Metrics): Tile | undefined {
  const found = folder.surprise.ok ? folder.surprise.value.perturbations : [];
  const teleport = found.find((p) => p.name === 'teleport') ?? found[0];
  const auc = teleport?.auc ?? metrics['surprise.teleport.auc'];
  if (auc === undefined) return undefined;
  const others = found.filter((p) => p !== teleport).map((p) => `${escapeHtml(p.name)} ${p.auc.toFixed(3)}`);
  const label = `Surprise AUC, ${escapeHtml(teleport?.name ?? 'teleport')}`;
  return { label, value: auc.toFixed(3), detail: others.join(' · ') || 'perturbed against clean clips' };
}

function throughputTile(lines: Part<readonly MetricsLine[]>, metrics: Metrics): Tile | undefined {
  const rates = lines.ok ? lines.value.map((l) => l.timing?.imagesPerSecond).filter((r) => r !== undefined) : [];
  const median = [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)];
  const rate = metrics['train.imagesPerSecond'] ?? median;
  if (rate === undefined) return undefined;
  const wait = metrics['train.waitShare'];
  const detail = wait === undefined ? 'images per second' : `images/s, ${percent(wait)} % waiting for data`;
  return { label: 'Training speed', value: shortNumber(rate), detail };
}
