import { expect } from 'chai';
import { readIdx } from '../../examples/shared/digits/idx.js';
import { type Digits, digitsOf, first, intensities, mnist, PIXELS } from '../../examples/shared/digits/mnist.js';

describe('digits: the IDX format', () => {
  const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);
  const header = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3];

  it('has a shape and bytes, wherever in memory it lies', () => {
    const file = bytes(99, ...header, 1, 2, 3, 4, 5, 6).subarray(1);
    const { shape, data } = readIdx('file', file);
    expect(shape).to.deep.equal([2, 3]);
    expect([...data]).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(data.buffer).to.equal(file.buffer);
  });

  it('has lengths of 32 bits, the first byte of which weighs most', () => {
    const { shape } = readIdx(
      'file',
      Uint8Array.from({ length: 8 + 0x01020 }, (_, i) => [0, 0, 8, 1, 0, 0, 0x10, 0x20][i] ?? 0),
    );
    expect(shape).to.deep.equal([0x1020]);
    expect(() => readIdx('file', bytes(0, 0, 8, 1, 0x80, 0, 0, 0))).to.throw('must have 2147483648 bytes');
  });

  const mistakes: [string, number[], string][] = [
    ['nothing', [], 'file is no IDX file'],
    ['a magic number that is cut short', [0, 0, 8], 'file is no IDX file'],
    ['another magic number', [1, ...header.slice(1), 1, 2, 3, 4, 5, 6], 'file is no IDX file'],
    ['numbers of four bytes', [0, 0, 0x0d, 1, 0, 0, 0, 0], 'file must have unsigned bytes (8), and has type 13'],
    ['a header that is cut short', header.slice(0, -1), 'file ends in its header'],
    ['a byte too few', [...header, 1, 2, 3, 4, 5], 'file must have 6 bytes after its header, and has 5'],
    ['a byte too many', [...header, 1, 2, 3, 4, 5, 6, 7], 'file must have 6 bytes after its header, and has 7'],
  ];
  for (const [what, numbers, message] of mistakes) {
    it(`is not ${what}`, () => {
      expect(() => readIdx('file', bytes(...numbers)))
        .to.throw(Error)
        .with.property('message', message);
    });
  }
});

describe('digits: images and labels', () => {
  const images = (n: number, side = 28) => ({ shape: [n, side, 28], data: new Uint8Array(n * side * 28) });
  const labels = (...data: number[]) => ({ shape: [data.length], data: Uint8Array.from(data) });

  it('go together where there are as many, and each is a digit', () => {
    expect(digitsOf(images(2), labels(0, 9)).labels).to.have.length(2);
    expect(() => digitsOf(images(2), labels(0, 9, 1))).to.throw('shape [2,28,28] do not go with labels of shape [3]');
    expect(() => digitsOf(images(2, 27), labels(0, 9))).to.throw('shape [2,27,28] do not go with');
    expect(() => digitsOf(images(2), { shape: [2, 1], data: new Uint8Array(2) })).to.throw('labels of shape [2,1]');
    expect(() => digitsOf(images(2), labels(3, 10))).to.throw('labels must be below 10, and one is 10');
  });

  it('are bytes, of which networks get numbers from 0 to 1', () => {
    expect([...intensities(Uint8Array.of(0, 51, 255))]).to.deep.equal([0, Math.fround(0.2), 1]);
    const to = new Float32Array(3);
    expect(intensities(Uint8Array.of(0, 51, 255), to)).to.equal(to);
  });

  it('are cut alike', () => {
    const two = first(2, { images: new Uint8Array(3 * PIXELS), labels: Uint8Array.of(7, 8, 9) });
    expect([two.images.length, [...two.labels]]).to.deep.equal([2 * PIXELS, [7, 8]]);
  });
});

describe('digits: MNIST', () => {
  let training: Digits;
  let heldOut: Digits;
  before(() => {
    ({ training, heldOut } = mnist());
  });
  const histogram = ({ labels }: Digits): number[] => {
    return Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
  };

  it('has as many of each digit as everybody counts', () => {
    expect(histogram(training)).to.deep.equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(histogram(heldOut)).to.deep.equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });

  it('is as bright, and as varied, as everybody normalizes it by: 0.1307 and 0.3081', () => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < training.images.length; i++) {
      const pixel = training.images[i];
      sum += pixel;
      squares += pixel * pixel;
    }
    const mean = sum / training.images.length;
    expect(mean / 255).to.be.closeTo(0.1307, 5e-5);
    expect(Math.sqrt(squares / training.images.length - mean * mean) / 255).to.be.closeTo(0.3081, 5e-5);
  });
});
