import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as adamax from 'adamax';
import * as checkpoint from 'adamax/checkpoint';
import * as distribute from 'adamax/distribute';
import * as imports from 'adamax/import';
import * as kernels from 'adamax/kernels';
import * as report from 'adamax/report';
import { expect } from 'chai';
import { root } from './support/process.js';

const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

/** Returns the code in docs/; prose is left out, since it may use a name as a word. */
function documentedCode(): string {
  const pages = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
  const text = pages.map((page) => read('docs', page)).join('\n');
  return (text.match(/```[\s\S]*?```|`[^`\n]*`/g) ?? []).join('\n');
}

type Class = { prototype: object };

/** A class and what it extends. */
function withBases(Class: Class): Class[] {
  const base: unknown = Object.getPrototypeOf(Class);
  return base === Function.prototype ? [Class] : [Class, ...withBases(base as Class)];
}

/** Lists what is exported, what exported namespaces hold, and what exported classes and their instances have. */
function publicNames(): string[] {
  const entries = [adamax, kernels, checkpoint, imports, distribute, report].flatMap((module) =>
    Object.entries(module as object),
  );
  const namespaces = entries.filter(([, value]) => typeof value === 'object');
  const all = [...entries, ...namespaces.flatMap(([, namespace]) => Object.entries(namespace))];
  const classes = all.map(([, value]) => value).filter((value) => /^class\b/.test(String(value)));
  const lines = new Set((classes as unknown as Class[]).flatMap(withBases));
  const members = [...lines].flatMap((Class) => [
    ...Object.getOwnPropertyNames(Class.prototype),
    ...Object.keys(Object.getOwnPropertyDescriptors(Class)),
  ]);
  const everyClassHas = ['constructor', 'length', 'name', 'prototype', 'toString'];
  // What classes have for their own subclasses only, and what `import` makes of a CommonJS module.
  const internal = ['periodsAt', 'closeAtEnd', 'default', 'module.exports'];
  return [...new Set([...all.map(([name]) => name), ...members])].filter(
    (name) => ![...everyClassHas, ...internal].includes(name),
  );
}

describe('docs/', () => {
  it('names everything that is public at run time: exports, and members of classes', () => {
    const names = publicNames();
    expect(names).to.include.members(['Adamax', 'applyGradients', 'fromConfig', 'CosineDecay', 'call', 'adamaxStep']);
    const code = documentedCode();
    const missing = names.filter((name) => !new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(code));
    expect(missing).to.deep.equal([]);
  });

  it('has a row for each code, each variable of the environment and each command, and for nothing else', async () => {
    const { missingEntries } = await import(pathToFileURL(join(root, 'tools', 'site', 'entries.mjs')).href);
    expect(missingEntries(root)).to.deep.equal([]);
  });

  it('is listed in README.md, page by page', async () => {
    const { pagesOf } = await import(pathToFileURL(join(root, 'tools', 'site', 'pages.mjs')).href);
    expect(pagesOf(root).problems).to.deep.equal([]);
  });

  it('is found out where such a row is missing', async () => {
    const { missingEntries } = await import(pathToFileURL(join(root, 'tools', 'site', 'entries.mjs')).href);
    const copy = mkdtempSync(join(tmpdir(), 'adamax-entries-'));
    try {
      for (const folder of ['docs', 'lib']) cpSync(join(root, folder), join(copy, folder), { recursive: true });
      execFileSync('git', ['init', '--quiet'], { cwd: copy });
      execFileSync('git', ['add', 'lib'], { cwd: copy });
      const drop = (page: string, row: RegExp) => {
        const text = readFileSync(join(copy, 'docs', page), 'utf8');
        expect(text).to.match(row);
        writeFileSync(join(copy, 'docs', page), text.replace(row, ''));
      };
      drop('troubleshooting.md', /^\| `ERR_ADAMAX_SHAPE`.*\n/m);
      drop('environment.md', /^\| `ADAMAX_ISA`.*\n/m);
      drop('environment.md', /^\| `adamax diff FILE FILE`.*\n/m);
      const missing: string[] = missingEntries(copy);
      expect(missing.filter((sentence) => sentence.includes('must have'))).to.deep.equal([
        'docs/troubleshooting.md must have a row for the code ERR_ADAMAX_SHAPE',
        'docs/environment.md must have a row for the variable of the environment ADAMAX_ISA',
        'docs/environment.md must have a row for the command adamax diff FILE FILE',
      ]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});

describe('README.md', () => {
  it('is read in three minutes: it has at most 800 words', () => {
    expect(read('README.md').split(/\s+/)).to.have.length.at.most(800);
  });
});
