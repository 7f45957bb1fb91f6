// Puts the sections together into one self-contained page: no network, no other file, works from file://.

import { join } from 'node:path';
import { writeFileAtomic } from '../data/node.ts';
import { imaginationFile, planningFile, probeFile, surpriseFile } from '../run/index.ts';
import { type RunContents, readOtherResults, readRunFolder } from '../run/node.ts';
import { htmlPage } from './page.ts';
import { collapseSection } from './sections/collapse.ts';
import { configurationSection } from './sections/configuration.ts';
import { episodesSection } from './sections/episodes.ts';
import { headerSection } from './sections/header.ts';
import { imaginationSection } from './sections/imagination.ts';
import { planningSection } from './sections/planning.ts';
import { probeSection } from './sections/probe.ts';
import { surpriseSection } from './sections/surprise.ts';
import { trainingSection } from './sections/training.ts';

/**
 * Writes `report.html` into a run folder, from what is in that folder (schema.ts), and returns its path. Parts that are
 * missing or damaged are named in their section. Throws `usage` when the folder does not exist.
 *
 * @example
 * const path = writeReport('runs/two-room-seed0');
 */
export function writeReport(runDir: string): string {
  const path = join(runDir, 'report.html');
  writeFileAtomic(path, [new TextEncoder().encode(renderReport(readRunFolder(runDir)))]);
  return path;
}

/** The page as text. */
export function renderReport(folder: RunContents): string {
  const title = folder.run.ok
    ? `${folder.run.value.recipe || folder.dir}, seed ${folder.run.value.seed}`
    : 'run report';
  const { dir } = folder;
  // Commands that fill a missing section know the run's model by its recipe.
  const byRecipe = !folder.run.ok || folder.run.value.recipe !== '';
  const sections = [
    episodesSection(folder.rollouts, byRecipe),
    planningSection(folder.planning, readOtherResults(dir, 'planning', planningFile), byRecipe),
    trainingSection(folder.metrics, byRecipe),
    collapseSection(folder.metrics, folder.embedding, folder.run),
    probeSection(folder.probe, readOtherResults(dir, 'probe', probeFile), byRecipe),
    imaginationSection(folder.imagination, readOtherResults(dir, 'imagination', imaginationFile), byRecipe),
    surpriseSection(folder.surprise, readOtherResults(dir, 'surprise', surpriseFile), byRecipe),
    configurationSection(folder.run),
  ];
  return htmlPage(title, `${headerSection(folder)}${sections.join('')}`);
}
