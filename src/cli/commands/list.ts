// `jepa list [RECIPE]`: the recipes, or the settings of one.

import { JepaError } from '../../core/index.ts';
import { type AnyRecipe, configured, findRecipe, schemaOf } from '../../experiment/index.ts';
import { type CommonOptions, withOptions } from '../options.ts';
import { printable, printableLines } from '../printable.ts';
import { requireReadable } from '../reading.ts';
import type { CommandFile } from '../session.ts';
import { settingGroups, settingGroupsText } from '../setting-groups.ts';

/** Adds the command. */
export const listCommand: CommandFile = (program, session) => {
  const command = program
    .command('list')
    .description('list the recipes, or every setting of one with its value and what it must be')
    .argument('[recipe]', 'name of a recipe, or the path of a module that exports one');
  withOptions(command, { set: true }).action(async (name: string | undefined, options: Pick<CommonOptions, 'set'>) => {
    if (name === undefined) {
      if (options.set.length > 0) {
        throw new JepaError(
          'usage',
          `list reads --set only with a recipe, got --set ${options.set.join(' --set ')} without one`,
        );
      }
      const known = session.recipes.map(({ name, summary }) => ({ name, summary }));
      const width = Math.max(0, ...known.map((r) => r.name.length));
      const text = known.map((r) => `${r.name.padEnd(width)}  ${r.summary}`).join('\n');
      session.output.answer({ recipes: known }, text || 'no recipe is built in');
      return;
    }
    if (/[/\\]/.test(name)) requireReadable(name);
    const { recipe } = await findRecipe(name, session.recipes);
    const config = configured(recipe, options.set);
    const groups = settingGroups(schemaOf(recipe), config);
    const stages = Object.keys(recipe.stages ?? {});
    const presets = presetsOf(recipe);
    const text = [
      `${printable(recipe.name)}: ${printable(recipe.summary)}`,
      `parts: ${stages.join(', ') || 'none'}`,
      ...Object.entries(presets).map(([path, names]) => `--set ${path}=NAME replaces it whole: ${names.join(', ')}`),
      '',
      printableLines(settingGroupsText(groups)),
    ].join('\n');
    session.output.answer({ recipe: recipe.name, summary: recipe.summary, stages, presets, config, groups }, text);
  });
};

/** The names that stand for more than themselves, by the setting that takes them. */
function presetsOf(recipe: AnyRecipe): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(recipe.presets?.() ?? {}).map(([path, values]) => [path, Object.keys(values)]),
  );
}
