import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, root } from '../harness.mjs';
import { makeApp, moveAway, runsNatively, shell } from './fixture.mjs';

/**
 * @returns the recipes of docs/bundlers.md, which are its sections that have a block of commands: the files that other
 *   blocks are, by the name in their first line, and the commands, of which the last runs the bundle
 */
export function recipes() {
  const [, ...sections] = readFileSync(join(root, 'docs', 'bundlers.md'), 'utf8').split(/^## /m);
  return sections.map(recipeIn).filter(({ commands }) => commands.length > 0);
}

function recipeIn(section) {
  const files = {};
  const commands = [];
  for (const [, language, text] of section.matchAll(/^```(\w+)\n(.*?)^```/gms)) {
    const [, name, content] = /^\/\/ (\S+)\n(.*)/s.exec(text) ?? [];
    if (language === 'sh') commands.push(...text.trim().split('\n'));
    else if (name !== undefined) files[name] = content;
  }
  const [title] = section.split('\n', 1);
  return { title, files, make: commands.slice(0, -1).join('\n'), run: commands.at(-1), commands };
}

/** Does what each recipe says. */
export async function followRecipes() {
  for (const { title, files, make, run } of recipes()) {
    await check(`docs/bundlers.md, ${title}`, () => {
      const app = makeApp();
      for (const [name, content] of Object.entries(files)) writeFileSync(join(app, name), content);
      shell(app, make);
      const external = /\bexternal\b/.test(title);
      runsNatively(moveAway(app, external ? ['dist', 'node_modules'] : ['dist']), run);
    });
  }
}
