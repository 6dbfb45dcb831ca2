import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/**
 * Copies pages to where TypeDoc reads them, in the same folders, each with a head that says its title and section.
 * Links to what is no page of the site lead to the repository; pictures come along; what a table lists by name in its
 * first column gets an anchor of that name.
 * @param root - the repository
 * @param stage - the folder, which is made anew
 * @param pages - as `pagesOf` gives them
 * @param repository - the address of the repository
 * @returns sentences about dead links
 */
export function stagePages(root, stage, pages, repository) {
  rmSync(stage, { recursive: true, force: true });
  const files = new Set(['README.md', ...pages.map(({ file }) => file)]);
  const problems = [];
  for (const file of files) {
    const page = pages.find((of) => of.file === file);
    const linked = mapLinks(readFileSync(join(root, file), 'utf8'), (target, isPicture) => {
      if (/^([a-z]+:|#)/.test(target)) return target;
      const [path, anchor] = target.split('#');
      const wanted = posix.normalize(posix.join(posix.dirname(file), path));
      if (wanted.startsWith('..') || !existsSync(join(root, wanted))) {
        problems.push(`${file} links to ${target}, which is not there`);
        return target;
      }
      if (files.has(wanted)) return target;
      if (isPicture) {
        cpSync(join(root, wanted), join(stage, wanted));
        return target;
      }
      const kind = statSync(join(root, wanted)).isDirectory() ? 'tree' : 'blob';
      return `${repository}/${kind}/main/${wanted}${anchor === undefined ? '' : `#${anchor}`}`;
    });
    const text = anchorRows(titled(linked, file, pages));
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    writeFileSync(join(stage, file), page === undefined ? text : `${head(page)}${text}`);
  }
  return problems;
}

function head({ title, section }) {
  return `---\ntitle: ${JSON.stringify(title)}\ncategory: ${JSON.stringify(section)}\n---\n\n`;
}

/** Links that read like the name of a page's file get its title. */
function titled(text, file, pages) {
  return text.replace(/\[([\w-]+\.md)\]\((?=[\w./-]*?([\w-]+\.md))/g, (link, label, target) => {
    const page = pages.find((of) => posix.basename(of.file) === target && of.file !== file);
    return page !== undefined && label === target ? `[${page.title}](` : link;
  });
}

/** Replaces the targets of links and pictures, in Markdown and in HTML, but for those in code. */
function mapLinks(text, replace) {
  const prose = maskCode(text);
  let mapped = '';
  let done = 0;
  for (const match of prose.matchAll(/\]\(([^()\s]+)(?=[)\s])|\s(?:href|src|srcset)="([^"\s]+)(?=")/g)) {
    const target = match[1] ?? match[2];
    const at = match.index + match[0].length - target.length;
    const isPicture = match[1] === undefined ? !match[0].includes('href') : isImage(prose, match.index);
    mapped += text.slice(done, at) + replace(target, isPicture);
    done = at + target.length;
  }
  return mapped + text.slice(done);
}

/** Whether the label that ends here began with an exclamation mark. */
function isImage(prose, end) {
  return prose[prose.lastIndexOf('[', end) - 1] === '!';
}

/** The text with all code blanked out, and of the same length. */
export function maskCode(text) {
  return text.replace(/^( *)(`{3,})[^\n]*\n[\s\S]*?^\1\2 *$|(`+)(?!`)[^\n]*?[^`\n]\3(?!`)/gm, (code) =>
    ' '.repeat(code.length),
  );
}

/** What may stand in the first column by its name: a code, a variable of the environment, or a command. */
export const NAMED_ROW = /^\| `((?:ERR_)?ADAMAX_\w+|[A-Z][A-Z\d_]+|adamax [-\w]+)[^`|]*`/;

function anchorRows(text) {
  const seen = new Set();
  return text.replace(new RegExp(NAMED_ROW, 'gm'), (row, name) => {
    if (seen.has(name)) return row;
    seen.add(name);
    return `| <a id="${anchorOf(name)}"></a>${row.slice(2)}`;
  });
}

/** The anchor of what a table lists by name. */
export function anchorOf(name) {
  return name.replaceAll(' ', '-');
}

/**
 * Has wide tables scroll by themselves, which leave the page as wide as the screen, and takes code in a heading for text, so
 * that it is part of the heading's anchor, as on GitHub.
 * @param markdown - the parser and renderer of TypeDoc
 */
export function setUpMarkdown(markdown) {
  markdown.renderer.rules.table_open = () => '<div class="wide">\n<table>\n';
  markdown.renderer.rules.table_close = () => '</table>\n</div>\n';
  markdown.core.ruler.push('code_in_headings', ({ tokens, Token }) => {
    const html = (content) => Object.assign(new Token('html_inline', '', 0), { content });
    const text = (content) => Object.assign(new Token('text', '', 0), { content });
    const asText = (part) =>
      part.type === 'code_inline' ? [html('<code>'), text(part.content), html('</code>')] : [part];
    for (const [i, { type }] of tokens.entries()) {
      if (type === 'heading_open') tokens[i + 1].children = tokens[i + 1].children.flatMap(asText);
    }
  });
}
