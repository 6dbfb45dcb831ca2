import { expect } from 'chai';
import { ticksOver } from '#internals';
import { Random } from '../../examples/shared/maths/random.js';
import { clusters } from '../../examples/word-vectors/map/clusters.js';
import { type Box, declutter } from '../../examples/word-vectors/map/declutter.js';
import { principalPlane } from '../../examples/word-vectors/map/pca.js';
import { tsne } from '../../examples/word-vectors/map/tsne.js';
import type { PlacedWord } from '../../examples/word-vectors/map/word-map.js';
import { unitVectors } from '../../examples/word-vectors/neighbours.js';
import { lossPicture } from '../../examples/word-vectors/svg/loss-picture.js';
import { mapPicture } from '../../examples/word-vectors/svg/map-picture.js';
import { Vocabulary } from '../../examples/word-vectors/text/vocabulary.js';
import { vectorsText } from '../../examples/word-vectors/vectors-file.js';
import { expectWellFormed } from './support.js';

const DIM = 6;

/** Points around `groups` centres far apart, group after group. */
function blobs(groups: number, each: number): Float64Array {
  const random = new Random(11);
  const points = Float32Array.from({ length: groups * each * DIM }, (_, i) => {
    const group = Math.floor(i / (each * DIM));
    return (i % DIM === group ? 4 : 0) + random.unit() - 0.5;
  });
  return unitVectors(points, DIM);
}

describe('word vectors: the map', () => {
  it('puts neighbours together and strangers apart', () => {
    const plane = tsne(blobs(4, 20), DIM);
    const distance = (i: number, j: number): number =>
      Math.hypot(plane[2 * i] - plane[2 * j], plane[2 * i + 1] - plane[2 * j + 1]);
    for (let i = 0; i < 80; i++) {
      const others = [...Array(80).keys()].filter((j) => j !== i).sort((a, b) => distance(i, a) - distance(i, b));
      const mine = others.slice(0, 19).filter((j) => Math.floor(j / 20) === Math.floor(i / 20));
      expect(mine.length, `neighbours of ${i}`).to.equal(19);
    }
  });

  it('can be drawn of hardly any points, and of points that are all the same', () => {
    for (const count of [1, 2, 3, 5]) {
      expect([...tsne(new Float64Array(count * DIM).fill(1), DIM)].every(Number.isFinite), `${count}`).to.equal(true);
    }
  });

  it('starts from the plane of largest variance', () => {
    // Variance 9 along the second axis, 4 along the third, none elsewhere.
    const points = Float64Array.of(0, 3, 0, /**/ 0, -3, 0, /**/ 0, 0, 2, /**/ 0, 0, -2);
    const plane = principalPlane(points, 3);
    expect([...plane].map((x) => Math.round(Math.abs(x) * 1e6) / 1e6)).to.deep.equal([3, 0, 3, 0, 0, 2, 0, 2]);
  });

  it('finds the groups', () => {
    const group = clusters(blobs(4, 20), DIM, 4, new Random(1));
    const found = Array.from({ length: 4 }, (_, k) => new Set(group.subarray(20 * k, 20 * k + 20)));
    for (const one of found) expect(one.size).to.equal(1);
    expect(new Set(found.flatMap((one) => [...one])).size).to.equal(4);
  });

  it('parts overlapping labels and keeps them inside', () => {
    const random = new Random(2);
    const boxes: Box[] = Array.from({ length: 120 }, () => {
      return { x: random.unit() * 300, y: random.unit() * 200, halfWidth: 20 + random.unit() * 20, halfHeight: 8 };
    });
    const { x, y, halfWidth, halfHeight } = boxes[0];
    declutter(boxes, 900, 700);
    expect(boxes[0], 'the first has its wish').to.include({ x: Math.max(x, halfWidth), y: Math.max(y, halfHeight) });
    boxes.forEach((a, i) => {
      expect(a.x - a.halfWidth >= 0 && a.x + a.halfWidth <= 900, 'inside').to.equal(true);
      expect(a.y - a.halfHeight >= 0 && a.y + a.halfHeight <= 700, 'inside').to.equal(true);
      for (const b of boxes.slice(i + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= a.halfWidth + b.halfWidth - 1e-6 ||
          Math.abs(a.y - b.y) >= a.halfHeight + b.halfHeight - 1e-6;
        expect(apart, `boxes at ${a.x},${a.y} and ${b.x},${b.y}`).to.equal(true);
      }
    });
  });
});

describe('word vectors: pictures', () => {
  const placed = (word: string, x: number, count = 9): PlacedWord => ({ word, count, x, y: -x * x, group: x % 8 });

  it('are well-formed, whatever the title and the words', () => {
    const words = ['a<b', 'rock & roll', '"q"', '鲸'].map((word, x) => placed(word, x, 10 ** x));
    const svg = mapPicture(words, 'A <title> & "more"', 'note');
    expectWellFormed(svg);
    expect(svg).to.include('a&lt;b').and.include('A &lt;title&gt; &amp;');
  });

  it('can be drawn of one word, and of words that are in one place', () => {
    for (const words of [[placed('one', 0)], [placed('one', 0), placed('two', 0)]]) {
      expectWellFormed(mapPicture(words, 'title', 'note'));
    }
  });

  it('show the loss, the held-out loss after each epoch, and the untrained level', () => {
    const training = [0.5, 1, 1.5, 2].map((epoch) => ({ epoch, loss: 4 - epoch }));
    const heldOut = [0, 1, 2].map((epoch) => ({ epoch, loss: 4.16 - epoch }));
    const svg = lossPicture(training, heldOut, 'title', 'note');
    expectWellFormed(svg);
    expect(svg.match(/<circle/g)).to.have.length(2);
    for (const text of ['untrained 4.16', 'held-out 2.16', 'training 2.00', '−48 %']) expect(svg).to.include(text);
  });

  it('can be drawn of a training that changed nothing', () => {
    const flat = [0, 1].map((epoch) => ({ epoch, loss: 4.16 }));
    expectWellFormed(lossPicture([], flat, 'title', 'note'));
    expectWellFormed(lossPicture([{ epoch: 0.5, loss: 4.16 }], flat, 'title', 'note'));
  });

  it('have round numbers on their axes', () => {
    expect(ticksOver(2.55, 4.16, 6)).to.deep.equal({ values: [2.5, 3, 3.5, 4, 4.5], decimals: 1 });
    expect(ticksOver(0, 20, 15)).to.deep.equal({ values: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20], decimals: 0 });
    expect(ticksOver(0.1, 0.3, 2).values).to.deep.equal([0.1, 0.2, 0.3]);
    expect(ticksOver(0, 1000, 15).values.length).to.be.within(8, 16);
  });
});

describe('word vectors: the vectors file', () => {
  it('reads back as the same float32 numbers', () => {
    const random = new Random(4);
    const special = [0, -0, 1, -1.5, 2 ** -149, 3.4028234663852886e38, 1e-7, 0.1, 16777216, 123456.79];
    const vectors = Float32Array.from({ length: 2000 }, (_, i) => special[i] ?? (random.unit() - 0.5) / (1 + (i % 50)));
    const words = Array.from({ length: 200 }, (_, i) => `w${String(i).padStart(3, '0')}`);
    const [header, ...lines] = vectorsText(new Vocabulary([words], 1), vectors)
      .trimEnd()
      .split('\n');
    expect(header).to.equal('200 10');
    expect(lines.map((line) => line.split(' ')[0])).to.deep.equal(words);
    const read = Float32Array.from(lines.flatMap((line) => line.split(' ').slice(1).map(Number)));
    expect(read).to.deep.equal(vectors.map((x) => x + 0));
    expect(lines[0]).to.equal('w000 0 0 1 -1.5 1.4013e-45 3.4028235e+38 1e-7 0.1 16777216 123456.79');
  });
});
