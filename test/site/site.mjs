/** The files of a site, and what it has for its search. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { inflateSync } from 'node:zlib';

/** @returns paths of all pages within the site, with slashes */
export function pagesOf(site) {
  const files = readdirSync(site, { recursive: true }).map((file) => file.split(sep).join('/'));
  return files.filter((file) => file.endsWith('.html')).sort();
}

export function read(site, file) {
  return readFileSync(join(site, file), 'utf8');
}

/** @returns rows, each with a `name`, a `url` and maybe a `parent` */
export function searchRows(site) {
  const [, data] = /"([^"]*)"/.exec(read(site, 'assets/search.js'));
  return JSON.parse(inflateSync(Buffer.from(data, 'base64'))).rows;
}

/** @throws Error with the first of the findings, unless there are none */
export function none(findings) {
  if (findings.length > 0) throw new Error([...findings.slice(0, 20), `${findings.length} in all`].join('\n'));
}
