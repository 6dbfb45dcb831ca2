import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMED_ROW } from './stage.mjs';

/** What must have a row of its own in a table of docs/, and where the row is looked for. */
const KINDS = [
  { what: 'code', page: 'docs/troubleshooting.md', names: codes },
  { what: 'variable of the environment', page: 'docs/environment.md', names: variables },
  { what: 'command', page: 'docs/environment.md', names: commands },
];

/**
 * Sentences about error codes, warning codes, variables of the environment, commands and their options that docs/ does
 * not list, or lists though they are no more.
 * @param root - the repository
 */
export function missingEntries(root) {
  return KINDS.flatMap(({ what, page, names }) => {
    const rows = rowsOf(readFileSync(join(root, page), 'utf8'));
    const expected = names(root);
    return [
      ...expected
        .filter((name) => !rows.includes(name))
        .map((name) => `${page} must have a row for the ${what} ${name}`),
      ...rows
        .filter((row) => belongs(row, what) && !expected.includes(row))
        .map((row) => `${page} has a row for ${row}, which is no ${what}`),
    ];
  });
}

function belongs(row, what) {
  if (what === 'command') return row.startsWith('adamax ');
  return !row.startsWith('adamax ');
}

/** The first cells of tables, but for commands as they are typed, with their options. */
function rowsOf(page) {
  return page.split('\n').flatMap((line) => {
    const [, name] = NAMED_ROW.exec(line) ?? [];
    if (name === undefined) return [];
    return name.startsWith('adamax ') ? [/`([^`]+)`/.exec(line)[1]] : [name];
  });
}

/** Every code that an error or a warning of the package can carry. */
function codes(root) {
  const text = ['errors.ts', 'warn.ts']
    .map((file) => readFileSync(join(root, 'lib', 'arguments', file), 'utf8'))
    .join('');
  return unique(text.match(/(?<=\| ')(?:ERR_)?ADAMAX_\w+(?=')/g) ?? []);
}

/**
 * Every variable of the environment that the package or its tools look at by its name. Those that launchers set, which
 * nobody sets by hand, are told of in lib/distribute/collective/mpi/launcher.ts.
 */
function variables(root) {
  const read =
    /\benvironment\('(ADAMAX_\w+)'\)|process\.env\.(ADAMAX_\w+)|getenv\("(ADAMAX_\w+)"\)|environ\.get\("(ADAMAX_\w+)"/g;
  const sources = execFileSync('git', ['ls-files', 'lib', 'native', 'tools', 'bench', 'examples', 'test'], {
    cwd: root,
  });
  const found = `${sources}`
    .split('\n')
    .filter((file) => /\.(ts|mjs|cc|h|py)$/.test(file))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(read)])
    .map((match) => match.slice(1).find((name) => name !== undefined));
  return unique(found);
}

/** The commands of `npx adamax`, as its help prints them. */
function commands(root) {
  const help = readFileSync(join(root, 'lib', 'cli', 'main.ts'), 'utf8');
  const [, usage] = /const USAGE = `([^`]+)`/.exec(help);
  return usage
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/ {2,}/)[0]);
}

function unique(names) {
  return [...new Set(names)].sort();
}
