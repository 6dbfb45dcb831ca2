import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The list of guides, by whose sections and order the site goes. It is a page itself. */
export const LIST = 'docs/README.md';

/** Pages of the repository's root, which come behind the guides. */
const PROJECT = [
  { file: 'CHANGELOG.md', title: 'Changelog' },
  { file: 'CONTRIBUTING.md', title: 'Contributing' },
];

/**
 * The pages that are written by hand, but for the README, which is the first.
 * @param root - the repository
 * @returns `pages`, each a `file` with its `title`, its `section`, and its `path` within the site, without `.html`;
 *   `sections` in order; and `problems`, sentences about guides that are not listed, or not there
 */
export function pagesOf(root) {
  const { listed, sections } = readList(readFileSync(join(root, LIST), 'utf8'));
  const there = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md') && `docs/${file}` !== LIST);
  const files = new Set(listed.map(({ file }) => file));
  const problems = [
    ...there.filter((file) => !files.has(`docs/${file}`)).map((file) => `${LIST} must list docs/${file}`),
    ...[...files]
      .filter((file) => !existsSync(join(root, file)))
      .map((file) => `${LIST} lists ${file}, which is not there`),
  ];
  const overview = { file: LIST, title: 'Overview', section: sections[0] };
  const project = PROJECT.map((page) => ({ ...page, section: 'The project' }));
  const guides = listed.filter(({ file }) => existsSync(join(root, file)));
  const pages = [overview, ...guides, ...project].map((page) => ({ ...page, path: pathOf(page.file) }));
  return { pages, sections: [...sections, 'The project'], problems };
}

/** Reads `## Section` and `- [Title](file.md)`. */
function readList(text) {
  const listed = [];
  const sections = [];
  for (const line of text.split('\n')) {
    const [, section] = /^## (.+)$/.exec(line) ?? [];
    if (section !== undefined) sections.push(section.trim());
    const [, title, file] = /^[-*] \[([^\]]+)\]\(([\w-]+\.md)\)/.exec(line) ?? [];
    if (file !== undefined) listed.push({ file: `docs/${file}`, title, section: sections.at(-1) });
  }
  if (sections.length === 0 || listed.some(({ section }) => section === undefined)) {
    throw new Error(`${LIST} must list guides as "- [Title](file.md)" under "## Section"`);
  }
  return { listed, sections };
}

function pathOf(file) {
  const name = file.replace(/^docs\//, '').replace(/\.md$/, '');
  return file === LIST ? 'guides/overview' : `guides/${name.toLowerCase()}`;
}
