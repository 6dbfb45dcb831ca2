import { Variable } from 'adamax';
import { expect } from 'chai';
import { PIECE, Shards } from '#internals';

/** What each of so many replicas keeps of a variable of this shape. */
function partsOf(shape: readonly number[], replicas: number) {
  const size = shape.reduce((a, b) => a * b, 1);
  const variable = new Variable(new Float32Array(size), { shape });
  const shards = new Shards(replicas);
  return Array.from({ length: replicas }, (_, rank) => shards.partOf(variable, rank));
}

describe('shards', () => {
  it('small variables are kept whole by everybody', () => {
    for (const shape of [[0], [], [1], [65_536], [256, 256]]) {
      expect(partsOf(shape, 3)).to.deep.equal([null, null, null]);
    }
  });

  it('cover each element once, in order, and begin with pieces and rows', () => {
    const shapes = [[65_537], [70_001], [131_072], [1_060_921], [2500, 40], [3, 65_536], [1000, 300], [7, 100_003]];
    for (const shape of shapes) {
      const size = shape.reduce((a, b) => a * b);
      const rowLength = size / shape[0];
      for (const replicas of [1, 2, 3, 4, 8]) {
        let at = 0;
        for (const part of partsOf(shape, replicas)) {
          if (part === null) throw new Error('a large variable has parts');
          if (part.begin === part.end) continue;
          expect(part.begin).to.equal(at);
          expect(part.begin % PIECE, `${shape} in ${replicas}`).to.equal(0);
          expect(part.begin % rowLength).to.equal(0);
          at = part.end;
        }
        expect(at).to.equal(size);
      }
    }
  });

  it('are as even as pieces allow', () => {
    for (const replicas of [2, 3, 4, 7]) {
      const sizes = partsOf([64 * PIECE], replicas).map((part) => (part?.end ?? 0) - (part?.begin ?? 0));
      expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(PIECE);
    }
  });
});
