import { Adamax } from 'adamax';
import { Report } from 'adamax/report';
import { expect } from 'chai';
import { f32, Random } from '../support/data.js';
import { warningsOf } from '../support/warnings.js';
import { panelsOf, parse, through } from './support.js';

/** Half of the last digit that pictures have, and the rounding of two marks. */
const CLOSE = 0.03;

describe('the picture of a report', () => {
  it('has each value where its axes say that it is', () => {
    const report = new Report();
    const losses = [0.9, 0.55, 0.7, 0.31, 0.24, 0.28];
    for (const [i, loss] of losses.entries()) report.step({ steps: 10 * (i + 1), loss });
    const [{ name, line, band, marks, steps }] = panelsOf(report.svg());
    expect([name, line.length, band.length]).to.deep.equal(['loss', 6, 0]);
    const [x, y] = [through(steps), through(marks)];
    losses.forEach((loss, i) => {
      expect(line[i][0]).to.be.closeTo(x(10 * (i + 1)), CLOSE);
      expect(line[i][1]).to.be.closeTo(y(loss), CLOSE);
    });
    // The first step lies on the left edge of the plot, the last one on the right.
    expect([line[0][0], line[5][0]]).to.deep.equal([58, 466]);
  });

  it('has a logarithmic axis where most of what is positive would lie at the foot of a linear one', () => {
    const report = new Report();
    const values = Array.from({ length: 40 }, (_, i) => 100 * 0.7 ** i);
    for (const [i, gradientNorm] of values.entries())
      report.step({ steps: i + 1, gradientNorm, learningRate: 1 - i / 40 });
    const [rate, norm] = panelsOf(report.svg());
    expect([rate.name, rate.isLogarithmic, norm.name, norm.isLogarithmic]).to.deep.equal([
      'learning rate',
      false,
      'gradient norm',
      true,
    ]);
    const y = through(norm.marks, Math.log);
    values.forEach((value, i) => {
      expect(norm.line[i][1]).to.be.closeTo(y(value), CLOSE);
    });
  });

  it('of a long run has means as a line, and from the least to the greatest a band', () => {
    const report = new Report();
    const random = new Random(3);
    const values = Array.from({ length: 3000 }, () => random.normal());
    for (const [i, value] of values.entries()) report.step({ steps: i + 1 }, { value });
    const [{ line, band, marks, steps }] = panelsOf(report.svg());
    // 512 stretches of 1, 2, 4 and then 8 steps hold 4,096.
    expect([line.length, band.length]).to.deep.equal([375, 750]);
    const [x, y] = [through(steps), through(marks)];
    for (let i = 0; i < 375; i++) {
      const part = values.slice(8 * i, 8 * i + 8);
      expect(line[i][0]).to.be.closeTo(x(8 * i + 4.5), CLOSE);
      expect(line[i][1]).to.be.closeTo(y(part.reduce((a, b) => a + b) / 8), CLOSE);
      expect(band[i][1]).to.be.closeTo(y(Math.max(...part)), CLOSE);
      expect(band[749 - i][1]).to.be.closeTo(y(Math.min(...part)), CLOSE);
    }
  });

  it('marks what is not finite, and skipped steps, where they were', async () => {
    const report = new Report();
    const [optimizer, p] = [new Adamax({ nonFinite: 'skip' }), f32(1, 1)];
    await warningsOf('ADAMAX_NON_FINITE', () => {
      for (let k = 0; k < 100; k++) {
        const g = k === 30 || k === 60 ? f32(NaN, 1) : f32(3, 4);
        optimizer.minimize(() => ({ loss: k === 50 ? Infinity : k, gradients: [g] }), [p]);
        report.step(optimizer.lastStep);
      }
    });
    const svg = report.svg();
    const [loss, rate, norm] = panelsOf(svg);
    const x = through(loss.steps);
    // Before the step of k = 30 there were 30; that of k = 60 comes after one skipped.
    expect(loss.skips).to.have.length(2);
    expect(loss.skips[0]).to.be.closeTo(x(30), CLOSE);
    expect(loss.skips[1]).to.be.closeTo(x(59), CLOSE);
    expect([rate.skips, norm.skips]).to.deep.equal([loss.skips, loss.skips]);
    expect(loss.odd).to.have.length(1);
    expect(loss.odd[0]).to.be.closeTo(x(50), CLOSE);
    expect([rate.odd, norm.odd]).to.deep.equal([[], []]);
    expect(svg).to.contain('98 steps, 2 skipped');
    expect(norm.line[0][1]).to.be.closeTo(through(norm.marks)(5), CLOSE);
  });

  it('can be drawn of nothing, of one step, of a level, and of all magnitudes', () => {
    expect(new Report().svg()).to.contain('no step so far');
    const cases = [[0], [5, 5, 5], [1e-320, 1e-310], [-1e299, 1e299], [1e-12, 1e-12 * (1 + 1e-9)], [NaN, Infinity]];
    for (const values of cases) {
      const report = new Report();
      for (const [i, value] of values.entries()) report.step({ steps: i }, { value });
      const [panel] = panelsOf(report.svg());
      for (const [x, y] of panel.line) {
        expect(x, String(values)).to.be.within(58, 466);
        expect(y, String(values)).to.be.within(34 - CLOSE, 146 + CLOSE);
      }
      expect(report.svg(), String(values)).to.not.match(/="[^"]*(NaN|Infinity|undefined)/);
      parse(report.svg());
    }
  });

  it('has marks that differ, and room for each of them, also where values differ in late digits only', () => {
    const cases = [
      [1e6, 1e6 + 1, 1e6 + 3],
      [1234567, 1234570],
      [-123456.7, -123456.2],
      [0.4321471, 0.4321491],
      [100_000, 200_000],
      [-1e-240, -1e299],
      [1e-240, 3, 1, 1e299, 2],
    ];
    for (const values of cases) {
      const report = new Report();
      for (const [i, value] of values.entries()) report.step({ steps: i }, { value });
      const [{ line, marks, steps, isLogarithmic }] = panelsOf(report.svg());
      expect(marks.size, String(values)).to.be.at.least(3);
      const y = through(marks, isLogarithmic ? Math.log : undefined);
      values.forEach((value, i) => {
        expect(line[i][1], String(values)).to.be.closeTo(y(value), CLOSE);
      });
      expect(line[0][0]).to.equal(steps.get(0));
      for (const { attributes, text } of parse(report.svg()).filter(({ attributes }) => 'text-anchor' in attributes)) {
        // Digits of DejaVu Sans, which is as wide as any, have 8.3 px, and a comma 4.
        if (attributes.class === 'quiet' && attributes['text-anchor'] === 'end') {
          expect(Number(attributes.x), text).to.be.at.least(7.7 * text.length);
        }
      }
    }
  });

  it('shortens a title and a name that would leave it or lie on a figure, and wide characters sooner', () => {
    const report = new Report({ title: '漢'.repeat(40) });
    report.step({ steps: 1 }, { [`${'n'.repeat(59)}!`]: 1, ['🙂'.repeat(30)]: 2, 'validation accuracy, top 5': 3 });
    const texts = parse(report.svg()).map(({ text }) => text);
    expect(texts).to.include(`${'漢'.repeat(22)}…`);
    expect(texts.filter((text) => /^n+…$/.test(text))).to.deep.equal([`${'n'.repeat(40)}…`]);
    expect(texts.filter((text) => /^(🙂)+…$/u.test(text))).to.deep.equal([`${'🙂'.repeat(20)}…`]);
    expect(panelsOf(report.svg())[2].name).to.equal('validation accuracy, top 5');
    // What is shortened in the picture is said in full to those who do not see it, and in the table.
    expect(report.svg()).to.contain(`${'n'.repeat(59)}!, steps`);
    expect(report.html()).to.contain(`${'n'.repeat(59)}!</th>`);
  });

  it('has a title and a description for those who do not see it, and looks for the dark', () => {
    const report = new Report({ title: 'Digits' });
    for (let k = 1; k <= 1234; k++) report.step({ steps: k, loss: 2 / k });
    const svg = report.svg();
    const shapes = parse(svg);
    expect(shapes.find(({ name }) => name === 'title')?.text).to.equal('Digits');
    expect(shapes.find(({ name }) => name === 'desc')?.text).to.equal(
      '1,234 steps. loss, steps 1 to 1,234: 0.001621 at the end, between 0.001621 and 2.',
    );
    expect(shapes[0].attributes).to.include({ role: 'img', 'aria-labelledby': 'title description' });
    expect(svg).to.contain('prefers-color-scheme:dark').and.not.contain('<script');
  });
});

/** Contrast of two colors as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const full = color.length === 4 ? color.replace(/[0-9a-f]/g, '$&$&') : color;
    const [r, g, bl] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(full.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe('the colors of a report', () => {
  it('are told from their ground by everybody: 4.5 to 1, as WCAG asks of text', () => {
    const [, style] = /<style>(.*?)<\/style>/s.exec(new Report().svg()) as RegExpExecArray;
    const [light, dark] = style.split('@media');
    for (const [sheet, ground] of [
      [light, '#ffffff'],
      [dark, '#0d1117'],
    ]) {
      const colors = [...sheet.matchAll(/(?:text|quiet|now|skip|odd)\{(?:[^}]*;)?(?:fill|stroke):(#[0-9a-f]+)/g)];
      expect(colors.length).to.be.greaterThan(9);
      for (const [rule, color] of colors) expect(contrast(color, ground), rule).to.be.at.least(4.5);
    }
  });
});
