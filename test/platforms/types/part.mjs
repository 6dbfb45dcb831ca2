import { fileURLToPath } from 'node:url';
import { check, tools } from '../harness.mjs';
import { compiles } from './compiles.mjs';
import { areTheTypesWrong, publint } from './linters.mjs';
import { usesEveryName } from './names.mjs';
import { compilesTfjs } from './tfjs.mjs';

export const title = 'declarations, by compilers from TypeScript 5.0 on, without @types/node';

export default async function part() {
  const modules = tools(fileURLToPath(new URL('.', import.meta.url)));
  await check('the program uses every public name', usesEveryName);
  await compiles(modules);
  await compilesTfjs(modules);
  await check('publint', () => publint(modules));
  await check('@arethetypeswrong/cli', () => areTheTypesWrong(modules));
}
