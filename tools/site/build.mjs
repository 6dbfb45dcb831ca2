import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, IndexEvent, Logger, LogLevel, PageEvent, ReflectionKind, StructureRouter } from 'typedoc';
import { missingEntries } from './entries.mjs';
import { entryPoints } from './entry-points.mjs';
import { selfContained } from './html.mjs';
import { pagesOf } from './pages.mjs';
import { SearchIndex } from './search.mjs';
import { setUpMarkdown, stagePages } from './stage.mjs';

/**
 * Builds the site.
 * @param root - the repository
 * @param out - the folder of the site, which is made anew
 * @returns sentences about what is missing or dead; where there is one, the site may not be whole
 */
export async function build(root, out = join(root, 'site')) {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const address = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
  const stage = join(root, 'build-site');
  const { pages, sections, problems } = pagesOf(root);
  problems.push(...missingEntries(root), ...stagePages(root, stage, pages, address));
  const entries = entryPoints(root);
  const app = await Application.bootstrap({
    ...options(root, address),
    entryPoints: entries.map(({ source }) => join(root, source)),
    readme: join(stage, 'README.md'),
    projectDocuments: pages.map(({ file }) => join(stage, file)),
    categoryOrder: [...sections.slice(0, -1), REFERENCE, sections.at(-1)],
  });
  app.logger = new Collector(problems);
  const paths = new Map(pages.map(({ title, path }) => [title, path]));
  app.renderer.defineRouter('imports', routerOf(paths));
  const search = new SearchIndex();
  app.renderer.on(IndexEvent.PREPARE_INDEX, ({ searchResults }) => {
    for (const result of searchResults) {
      if (result.isDeclaration() && isFirst(result)) search.addSymbol(result, app.renderer.router.getFullUrl(result));
    }
  });
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = selfContained(page.contents);
    const title = page.url === 'index.html' ? page.project.name : page.model.isDocument?.() && page.model.name;
    if (title) search.addGuide(title, page.url, page.contents);
  });
  const project = await app.convert();
  if (project === undefined) return [...problems, 'lib/ must compile, or TypeDoc cannot read it'];
  problems.push(...misnamed(project, entries));
  app.validate(project);
  await app.generateDocs(project, out);
  search.write(out);
  return [...new Set(problems)];
}

function options(root, address) {
  const site = join(root, 'tools', 'site');
  return {
    name: 'adamax',
    tsconfig: join(root, 'lib', 'tsconfig.json'),
    basePath: root,
    displayBasePath: root,
    // tsc has checked the sources, as what the package is compiled by.
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    disableGit: true,
    gitRevision: 'main',
    sourceLinkTemplate: `${address}/blob/{gitRevision}/{path}#L{line}`,
    router: 'imports',
    customCss: join(site, 'assets', 'site.css'),
    customJs: join(site, 'assets', 'site.js'),
    favicon: join(site, 'assets', 'favicon.svg'),
    lightHighlightTheme: 'github-light-high-contrast',
    darkHighlightTheme: 'github-dark-high-contrast',
    markdownItLoader: setUpMarkdown,
    highlightLanguages: [
      'javascript',
      'typescript',
      'shellscript',
      'python',
      'json',
      'yaml',
      'docker',
      'cpp',
      'mermaid',
    ],
    navigation: { includeCategories: true, includeGroups: false, includeFolders: false, excludeReferences: true },
    visibilityFilters: { protected: true, inherited: true },
    headings: { readme: false, document: false },
    navigationLinks: { GitHub: address },
    categorizeByGroup: false,
    defaultCategory: REFERENCE,
    includeHierarchySummary: false,
    includeVersion: true,
    hideGenerator: true,
    useFirstParagraphOfCommentAsSummary: true,
    validation: { notDocumented: true, notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true },
    requiredToBeDocumented: REQUIRED,
    logLevel: LogLevel.Warn,
  };
}

/** What the entries of the package stand under. */
const REFERENCE = 'Reference';

/** What needs a docstring. An accessor is told of once, where it is read. */
const REQUIRED = [
  ...['Enum', 'EnumMember', 'Variable', 'Function', 'Class', 'Interface', 'Property', 'Method', 'GetSignature'],
  ...['TypeAlias', 'Module', 'Namespace'],
];

/** Whether it has a name that others inherit, or export again: that is what a search is to find. */
function isFirst(reflection) {
  return (
    !reflection.name.startsWith('__') && !reflection.isReference() && reflection.inheritedFrom?.reflection === undefined
  );
}

/** Sentences about entries whose docstring does not say by `@module` what they are imported by. */
function misnamed(project, entries) {
  const names = project.getReflectionsByKind(ReflectionKind.Module).map(({ name }) => name);
  return entries
    .filter(({ name }) => !names.includes(name))
    .map(({ source, name }) => `${source} must begin with a docstring that has @module ${name}`);
}

/** Pages lie where their specifiers say, in api/, and guides by the names of their files. */
function routerOf(paths) {
  return class extends StructureRouter {
    getIdealBaseName(reflection) {
      if (reflection.isDocument()) return paths.get(reflection.name);
      return `api/${super.getIdealBaseName(reflection)}`;
    }
  };
}

/** Takes down what TypeDoc warns of: here a warning is a failure. */
class Collector extends Logger {
  #problems;

  constructor(problems) {
    super();
    this.#problems = problems;
  }

  log(message, level) {
    super.log(message, level);
    if (level >= LogLevel.Warn) this.#problems.push(message);
  }
}
