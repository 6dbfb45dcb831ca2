import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

  it('has a row of troubleshooting.md for each code that an error or a warning can carry', () => {
    const codesIn = (text: string) => [...new Set(text.match(/(?<=['`])(ERR_)?ADAMAX_\w+(?=['`])/g))].sort();
    const codes = codesIn(read('lib', 'arguments', 'errors.ts') + read('lib', 'arguments', 'warn.ts'));
    expect(codes).to.include.members(['ERR_ADAMAX_SHAPE', 'ADAMAX_NO_NATIVE']);
    const rows = read('docs', 'troubleshooting.md').match(/^\| `\w+` +\|/gm) ?? [];
    expect(codesIn(rows.join('\n'))).to.deep.equal(codes);
  });
});

describe('README.md', () => {
  it('is read in three minutes: it has at most 800 words', () => {
    expect(read('README.md').split(/\s+/)).to.have.length.at.most(800);
  });
});
