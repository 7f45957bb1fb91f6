// `jepa list [RECIPE]`: the recipes, or the settings of one.

import { configured, findRecipe, settingPaths } from '../../experiment/index.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const listCommand: CommandFile = (program, session) => {
  const command = program
    .command('list')
    .description('list the recipes, or every setting of one with its value')
    .argument('[recipe]', 'name of a recipe, or the path of a module that exports one');
  withCommonOptions(command, 'not used').action(async (name: string | undefined, options: CommonOptions) => {
    if (name === undefined) {
      const known = session.recipes.map(({ name, summary }) => ({ name, summary }));
      const width = Math.max(0, ...known.map((r) => r.name.length));
      const text = known.map((r) => `${r.name.padEnd(width)}  ${r.summary}`).join('\n');
      session.output.answer({ recipes: known }, text || 'no recipe is built in');
      return;
    }
    const { recipe } = await findRecipe(name, session.recipes);
    const config = configured(recipe, options.set);
    const settings = settingPaths(config);
    const width = Math.max(0, ...settings.map(([path]) => path.length));
    const rows = settings.map(([path, value]) => `${path.padEnd(width)}  ${JSON.stringify(value)}`);
    const stages = Object.keys(recipe.stages ?? {});
    const text = [`${recipe.name}: ${recipe.summary}`, `parts: ${stages.join(', ') || 'none'}`, '', ...rows].join('\n');
    session.output.answer({ recipe: recipe.name, summary: recipe.summary, stages, config }, text);
  });
};
