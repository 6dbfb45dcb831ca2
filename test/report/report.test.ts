import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Adamax } from 'adamax';
import { Report, type ReportState } from 'adamax/report';
import { expect } from 'chai';
import { f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { inOwnFolder } from '../support/folder.js';
import { warningsOf } from '../support/warnings.js';
import { panelsOf, parse } from './support.js';

const HOSTILE = `</title><script>alert(1)</script><img src=x onerror=alert(1)>"'&amp;\0\u0007\ud800`;

describe('a report', () => {
  it('takes what steps of an optimizer are, and further numbers by name', () => {
    const [optimizer, p, report] = [new Adamax(), f32(1, 1), new Report()];
    for (let k = 1; k <= 4; k++) {
      optimizer.applyGradients([[f32(3 * k, 4 * k), p]]);
      report.step(optimizer.lastStep, { loss: 1 / k, 'held-out': k === 4 ? 0.5 : undefined });
    }
    const { curves, first, last } = report.state;
    expect([first, last]).to.deep.equal([1, 4]);
    expect(curves.map(({ name, last: value, points }) => [name, value, points.length])).to.deep.equal([
      ['learningRate', 0.001, 4],
      ['gradientNorm', 20, 4],
      ['loss', 0.25, 4],
      ['held-out', 0.5, 1],
    ]);
    expect(panelsOf(report.svg()).map(({ name }) => name)).to.deep.equal([
      'loss',
      'learning rate',
      'gradient norm',
      'held-out',
    ]);
  });

  it('takes records of other threads, which are copies', () => {
    const [optimizer, report] = [new Adamax(), new Report()];
    optimizer.applyGradients([[f32(3, 4), f32(1, 1)]]);
    report.step(structuredClone(optimizer.lastStep));
    expect(report.state.curves.map(({ name }) => name)).to.deep.equal(['learningRate', 'gradientNorm']);
  });

  it('keeps bounded memory and draws bounded pictures, however long the run', () => {
    const [report, random] = [new Report(), new Random(5)];
    let [sum, least] = [0, Infinity];
    const N = 300_000;
    for (let k = 0; k < N; k++) {
      const value = random.normal();
      sum += value;
      least = Math.min(least, value);
      report.step({ steps: k, loss: value, skipped: k % 1000 === 0 });
    }
    const [{ points }] = report.state.curves;
    expect(points.length).to.be.within(256, 512);
    expect(points.reduce((n, [, , , , count]) => n + count, 0)).to.equal(N);
    expect(points.reduce((total, [, , , part]) => total + part, 0)).to.be.closeTo(sum, 1e-6);
    expect(Math.min(...points.map(([, low]) => low))).to.equal(least);
    expect(report.state.skips.reduce((n, [, , , , count]) => n + count, 0)).to.equal(300);
    expect(report.svg().length).to.be.below(60_000);
    const far = new Report();
    for (const steps of [0, 1, 2 ** 52, 2 ** 53 - 1]) far.step({ steps, loss: 1 });
    expect(far.state.curves[0].points).to.have.length(3);
  });

  it('goes on from its state, as JSON, to the same picture as if nothing had happened', () => {
    const tell = (report: Report, from: number, to: number) => {
      for (let k = from; k < to; k++) {
        report.step({ steps: k, loss: k === 9 ? NaN : Math.cos(k), skipped: k % 70 === 0 }, { k });
      }
    };
    for (const cut of [0, 1, 10, 900]) {
      const [whole, first] = [new Report({ title: 'A' }), new Report({ title: 'A' })];
      tell(whole, 5, 1500);
      tell(first, 5, 5 + cut);
      const second = new Report({ title: 'A', state: JSON.parse(JSON.stringify(first.state)) as ReportState });
      tell(second, 5 + cut, 1500);
      expect(second.svg()).to.equal(whole.svg());
      expect(second.state).to.deep.equal(whole.state);
      expect(second.html()).to.equal(whole.html());
    }
  });

  it('lets no title and no name be markup, in either form', () => {
    const report = new Report({ title: HOSTILE });
    report.step({ steps: 1, loss: 1 }, { '</text><script>': 2 });
    report.step({ steps: 2 }, JSON.parse('{"__proto__": 4, "constructor": 5}'));
    const [svg, html] = [report.svg(), report.html()];
    parse(svg);
    parse(html.slice(html.indexOf('<main>'), html.indexOf('</main>') + 7));
    for (const text of [svg, html]) {
      for (const unfit of ['<script', '<img', '\0', '\u0007', '\ud800']) expect(text).to.not.contain(unfit);
      expect(text).to.contain('&lt;/title&gt;&lt;script&gt;').and.contain('\ufffd').and.contain('__proto__');
    }
    const plain = new Report({ state: report.state }).html();
    expect(plain)
      .to.contain("default-src 'none'")
      .and.not.match(/https?:|\ssrc=|href=|url\(/);
  });
});

describe('the files of a report', () => {
  const inFolder = inOwnFolder();

  it('are an SVG or a page, by their name, and whole', () => {
    const report = new Report({ title: 'Digits' });
    report.step({ steps: 1, loss: 1 });
    report.save(inFolder('a.svg'));
    report.save(inFolder('B.HTML'));
    expect(readFileSync(inFolder('a.svg'), 'utf8')).to.equal(report.svg());
    expect(readFileSync(inFolder('B.HTML'), 'utf8')).to.equal(report.html());
    expect(report.html())
      .to.match(/^<!doctype html>/)
      .and.not.contain('http-equiv="refresh"');
    expect(readdirSync(inFolder('')).sort()).to.deep.equal(['B.HTML', 'a.svg']);
  });

  it('follow the run, and load themselves again until its end', () => {
    const path = inFolder('live.html');
    const report = new Report({ path, every: 0 });
    const read = () => readFileSync(path, 'utf8');
    expect(read()).to.contain('no step so far').and.contain('<meta http-equiv="refresh" content="1">');
    for (let steps = 1; steps <= 3; steps++) {
      report.step({ steps, loss: 1 });
      expect(read()).to.contain(`>${steps} step`);
    }
    report.end();
    report.end();
    expect(read()).to.not.contain('refresh').and.not.contain('class="live"');
    expectError(() => report.step({ steps: 4 }), TypeError, 'ERR_ADAMAX_STATE', /received step 4 after it$/);
    expect(readdirSync(inFolder(''))).to.deep.equal(['live.html']);
  });

  it('stay where they were named, wherever the process goes', () => {
    const home = process.cwd();
    try {
      process.chdir(inFolder(''));
      const report = new Report({ path: 'live.svg', every: 0 });
      process.chdir(home);
      report.step({ steps: 1, loss: 1 });
      expect(readFileSync(inFolder('live.svg'), 'utf8')).to.equal(report.svg());
      report.end();
      expect(report.path).to.equal('live.svg');
    } finally {
      process.chdir(home);
    }
    expect(existsSync('live.svg')).to.equal(false);
  });

  it('are written no more often than they were told to be', () => {
    const path = inFolder('live.svg');
    const report = new Report({ path, every: 3600 });
    const before = readFileSync(path, 'utf8');
    for (let steps = 1; steps < 1000; steps++) report.step({ steps, loss: 1 });
    expect(readFileSync(path, 'utf8')).to.equal(before);
    report.end();
    expect(readFileSync(path, 'utf8')).to.equal(report.svg()).and.not.equal(before);
  });

  it('replace what a link leads to, and leave an old file whole where writing fails', function () {
    writeFileSync(inFolder('old.svg'), 'old');
    if (process.platform === 'win32') this.skip();
    symlinkSync(inFolder('old.svg'), inFolder('link.svg'));
    new Report().save(inFolder('link.svg'));
    expect(readFileSync(inFolder('old.svg'), 'utf8')).to.contain('no step so far');
    mkdirSync(inFolder('folder.svg'));
    for (const path of [inFolder('folder.svg'), inFolder('none/a.svg'), inFolder('a\0.svg')]) {
      for (const write of [() => new Report().save(path), () => new Report({ path })]) {
        expect(write).to.throw(Error, 'must be a file that can be written').with.property('code', 'ERR_ADAMAX_FILE');
      }
    }
    expect(readdirSync(inFolder('')).sort()).to.deep.equal(['folder.svg', 'link.svg', 'old.svg']);
  });

  it('that cannot be written any more end no training: one warning, and an error at the end', async () => {
    const path = inFolder('gone/live.html');
    mkdirSync(inFolder('gone'));
    const report = new Report({ path, every: 0 });
    rmSync(inFolder('gone'), { recursive: true });
    const warnings = await warningsOf('ADAMAX_REPORT', () => {
      for (let steps = 1; steps < 5; steps++) report.step({ steps, loss: 1 });
    });
    expect(warnings.map(({ message }) => message)).to.have.length(1);
    expect(warnings[0].message).to.match(/^A report was not written: .*live\.html must be a file that can be written/);
    expect(() => report.end())
      .to.throw()
      .with.property('code', 'ERR_ADAMAX_FILE');
    mkdirSync(inFolder('gone'));
    report.end();
    expect(existsSync(path)).to.equal(true);
    expect(report.state.last).to.equal(4);
  });
});
