/** Whether every link of every page leads somewhere, and no page fetches anything from elsewhere. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { check, root } from '../platforms/harness.mjs';
import { none, pagesOf, read, searchRows } from './site.mjs';

export async function tryLinks(site) {
  const pages = new Map(pagesOf(site).map((page) => [page, parsed(read(site, page))]));
  const links = [...pages].flatMap(([page, { links }]) => links.map((link) => ({ page, ...link })));
  const inner = links.filter(({ url }) => !/^[a-z]+:/.test(url));

  await check(`each of ${inner.length} links on ${pages.size} pages leads to a file, and to an anchor in it`, () => {
    if (inner.length < 1000) throw new Error(`there must be 1,000 links and more: received ${inner.length}`);
    none(inner.flatMap(({ page, url }) => dead(site, pages, page, url)));
  });

  await check('each result of the search leads to a file, and to an anchor in it', () => {
    none(
      searchRows(site).flatMap(({ name, url }) => dead(site, pages, 'index.html', url).map((why) => `${name}: ${why}`)),
    );
  });

  await check('links to the repository lead to what is in it', () => {
    const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const address = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
    const own = links.filter(({ url }) => url.startsWith(`${address}/`));
    if (own.length === 0) throw new Error('there must be links to sources');
    none(own.flatMap(({ page, url }) => missing(url.slice(address.length + 1)).map((why) => `${page}: ${url} ${why}`)));
  });

  await check('no page takes anything from elsewhere', () => {
    none(
      links
        .filter(({ url, loads }) => loads && /^([a-z]+:|\/\/)/.test(url))
        .map(({ page, url }) => `${page} loads ${url}`),
    );
  });
}

function parsed(html) {
  const body = html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (script) => script.replace(/>[\s\S]*/, '>'));
  const links = [...body.matchAll(/<([a-z]+)\b([^>]*)>/g)].flatMap(([, tag, attributes]) =>
    [...attributes.matchAll(/\s(href|src|srcset|data|poster)="([^"]*)"/g)].map(([, name, url]) => {
      return { url: url.replaceAll('&amp;', '&'), loads: tag !== 'a' || name !== 'href' };
    }),
  );
  return { links, ids: new Set([...body.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => id)) };
}

/** Why a link is dead, if it is. */
function dead(site, pages, page, url) {
  // The symbols of icons are put into every page by a script.
  if (/^#icon-/.test(url)) return [];
  const [path, anchor] = url.split('#');
  const target = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), decodeURIComponent(path)));
  if (!existsSync(join(site, target)) || !statSync(join(site, target)).isFile())
    return [`${page} links to ${url}, which is no file`];
  if (anchor === undefined || anchor === '' || pages.get(target)?.ids.has(decodeURIComponent(anchor))) return [];
  return [`${page} links to ${url}, where there is no such anchor`];
}

/** Why there is nothing in the repository where a link leads, if so. */
function missing(path) {
  const [, kind, file, line] = /^(blob|tree)\/main\/([^#]+)(?:#L(\d+))?/.exec(path) ?? [];
  if (kind === undefined) return [];
  if (!existsSync(join(root, file))) return ['is not there'];
  if (statSync(join(root, file)).isDirectory() !== (kind === 'tree')) return [`is no ${kind}`];
  if (line === undefined) return [];
  return readFileSync(join(root, file), 'utf8').split('\n').length >= Number(line) ? [] : ['has not so many lines'];
}
