import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { ReflectionKind } from 'typedoc';
import { textOf } from './html.mjs';
import { anchorOf } from './stage.mjs';

const lunr = createRequire(import.meta.url)('lunr');

/**
 * What is searched: public symbols and their members, each section of each guide, and what tables list by name. It takes
 * the place of TypeDoc's own index, which leads to the beginning of guides only, in the same form.
 */
export class SearchIndex {
  #rows = [];
  #texts = [];

  /** @param url - of the symbol, from the root of the site */
  addSymbol(reflection, url) {
    const parent = reflection.parent?.isProject() ? undefined : reflection.parent?.getFullName();
    this.#add({ kind: reflection.kind, name: reflection.name, url, parent }, commentOf(reflection));
  }

  /**
   * @param title - of the guide
   * @param url - of its page
   * @param html - of the page
   */
  addGuide(title, url, html) {
    const [, body = html] =
      /<div class="tsd-panel tsd-typography">([\s\S]*?)<div class="col-sidebar">/.exec(html) ?? [];
    const [beginning, ...sections] = body.split(/(?=<h[1-6] id="[^"]*")/);
    this.#addPart(title, url, beginning);
    for (const section of sections) {
      const [, level, id, heading] = /^<h([1-6]) id="([^"]*)"[^>]*>([\s\S]*?)<\/h\1>/.exec(section);
      if (level === '1') this.#addPart(title, url, section);
      else this.#addPart(textOf(heading), `${url}#${id}`, section, title);
    }
    for (const [row, anchor] of body.matchAll(/<tr>\s*<td[^>]*><a id="([\w-]+)"><\/a>[\s\S]*?<\/tr>/g)) {
      this.#addPart(
        /^adamax-/.test(anchor) ? anchor.replace('-', ' ') : anchor,
        `${url}#${anchorOf(anchor)}`,
        row,
        title,
      );
    }
  }

  #addPart(name, url, html, parent) {
    const text = textOf(html);
    if (text !== '') this.#add({ kind: ReflectionKind.Document, name, url, parent }, text);
  }

  #add(row, text) {
    this.#rows.push(row);
    this.#texts.push(text);
  }

  /** @param out - the folder of the site */
  write(out) {
    lunr.Pipeline.registerFunction(isWord, 'isWord');
    const builder = new lunr.Builder();
    builder.pipeline.add(lunr.trimmer, isWord);
    builder.ref('id');
    builder.field('name', { boost: 10 });
    builder.field('comment');
    for (const [id, { name }] of this.#rows.entries()) builder.add({ id, name, comment: this.#texts[id] });
    const data = JSON.stringify({ rows: this.#rows, index: builder.build() });
    writeFileSync(join(out, 'assets', 'search.js'), `window.searchData = "${deflateSync(data).toString('base64')}";`);
  }
}

/** Drops numbers and signs, for which nobody looks: the index comes with every page. */
function isWord(token) {
  return /\p{L}{2}/u.test(`${token}`) ? token : undefined;
}

/** What docstrings say of a symbol, its call, and its accessors. */
function commentOf(reflection) {
  const { comment, signatures = [], getSignature, setSignature } = reflection;
  const comments = [comment, getSignature?.comment, setSignature?.comment, ...signatures.map((of) => of.comment)];
  const parts = comments
    .filter((of) => of !== undefined)
    .flatMap((of) => [of.summary, ...of.blockTags.map((tag) => tag.content)]);
  return parts.map((part) => part.map(({ text }) => text).join('')).join(' ');
}
