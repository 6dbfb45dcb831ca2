import { expect } from 'chai';
import { MemoryRegions } from '#internals';
import { Random } from '../support/data.js';
import { ResizableArrayBuffer } from '../support/memory.js';

interface Region {
  readonly begin: number;
  readonly end: number;
  readonly owner: string;
}

describe('MemoryRegions', () => {
  const buffer = new ArrayBuffer(4096);
  const view = (begin: number, end: number) => new Uint8Array(buffer, begin, end - begin);

  it('finds what a list that is searched from end to end finds, in any order of questions', () => {
    const random = new Random(11);
    for (let round = 0; round < 200; round++) {
      const regions = new MemoryRegions<string>();
      const list: Region[] = [];
      for (let k = 0; k < 60; k++) {
        const begin = random.below(4000);
        const end = begin + random.below(80);
        const found = list.find((region) => region.begin < end && begin < region.end && begin < end);
        // Of several regions, the first one in memory is named.
        const first = list
          .filter((region) => region.begin < end && begin < region.end && begin < end)
          .sort((a, b) => a.begin - b.begin)[0];
        expect(regions.find(view(begin, end))).to.equal(first?.owner);
        expect(regions.isApart(view(begin, end))).to.equal(found === undefined);
        if (random.below(4) === 0 && list.length > 0) {
          const [gone] = list.splice(random.below(list.length), 1);
          regions.delete(view(gone.begin, gone.end));
        } else if (found === undefined) {
          const owner = `owner ${k}`;
          regions.add(owner, view(begin, end));
          if (begin < end) list.push({ begin, end, owner });
          expect(regions.at(view(begin, end))).to.equal(begin < end ? owner : undefined);
        }
      }
    }
  });

  it('tells buffers apart, and changes its version with each region that comes or goes', () => {
    const regions = new MemoryRegions<string>();
    regions.add('a', view(0, 8));
    const before = regions.version;
    expect(regions.find(new Uint8Array(8))).to.equal(undefined);
    regions.delete(view(0, 8));
    expect(regions.version).to.be.greaterThan(before);
    expect(regions.find(view(0, 8))).to.equal(undefined);
  });

  it('an empty array shares nothing, even in the midst of a region', () => {
    const regions = new MemoryRegions<string>();
    regions.add('a', view(0, 8));
    expect(regions.find(view(4, 4))).to.equal(undefined);
    expect(regions.isApart(view(4, 4))).to.equal(true);
  });

  it('an empty array that comes and goes takes no region with it', () => {
    const regions = new MemoryRegions<string>();
    regions.add('a', view(0, 8));
    regions.add('nothing', view(0, 0));
    regions.delete(view(0, 0));
    regions.delete(view(0, 4));
    expect(regions.find(view(4, 8))).to.equal('a');
  });

  it('cover joins regions that overlap into one, which the first one owns', () => {
    const regions = new MemoryRegions<string>();
    regions.cover('a', view(0, 8));
    regions.cover('b', view(16, 24));
    regions.cover('c', view(4, 20));
    expect(regions.find(view(8, 16))).to.equal('a');
    expect(regions.find(view(20, 24))).to.equal('a');
    expect(regions.find(view(24, 25))).to.equal(undefined);
  });

  it('does not take memory that may move for apart, whatever is written on it', () => {
    const regions = new MemoryRegions<string>();
    const own = new ResizableArrayBuffer(64, { maxByteLength: 128 });
    Object.defineProperty(own, 'resizable', { value: false });
    expect(regions.isApart(new Float32Array(own))).to.equal(false);
    const bare = new ResizableArrayBuffer(64, { maxByteLength: 128 });
    const array = new Float32Array(bare);
    Object.setPrototypeOf(bare, null);
    expect(regions.isApart(array)).to.equal(false);
    Object.setPrototypeOf(bare, SharedArrayBuffer.prototype);
    expect(regions.isApart(array)).to.equal(false);
    const shared = new Float32Array(new SharedArrayBuffer(64));
    expect(regions.isApart(shared)).to.equal(true);
    Object.setPrototypeOf(shared.buffer, ArrayBuffer.prototype);
    expect(regions.isApart(shared)).to.equal(true);
  });
});
