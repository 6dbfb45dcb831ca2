import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { Digest, FileTransfer } from '#internals';
import { Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';

const random = new Random(16);
/** Bytes of a file that is read or written, longer than what a thread takes at a time, and of what is digested. */
const SIZE = 1_000_003;
const bytes = new Uint8Array(Uint32Array.from({ length: 250_001 }, () => random.integer()).buffer).subarray(0, SIZE);
const digested = bytes.slice(5, 70_000);
const digest = new Digest().update(digested).hex();
/** The system moves files only for the addon, and not on Windows. */
const moves = (isa: string) => isa !== 'js' && process.platform !== 'win32';

onEveryImplementation('bytes of a file that are moved while others are digested', (isa) => {
  const folder = mkdtempSync(join(tmpdir(), 'adamax-transfer-'));
  const path = join(folder, 'file');
  const before_ = threads();
  after(() => {
    setThreads(before_);
    rmSync(folder, { recursive: true });
  });

  /** Digests in turns, with a transfer, and returns how many bytes that has moved. */
  function moved(flags: string, writes: boolean, position: number, piece: Uint8Array): number {
    const fd = openSync(path, flags);
    try {
      const transfer = new FileTransfer(fd, writes, position, piece);
      const taken = new Digest().update(digested.subarray(0, 300), transfer).update(digested.subarray(300), transfer);
      expect(taken.hex()).to.equal(digest);
      return transfer.moved;
    } finally {
      closeSync(fd);
    }
  }

  for (const count of [1, 2, 5]) {
    it(`are read to their place by ${count} threads, as far as the file goes`, () => {
      setThreads(count);
      writeFileSync(path, bytes);
      for (const [position, length] of [
        [0, SIZE],
        [7, 4096],
        [500_000, SIZE],
        [SIZE, 10],
        [SIZE + 10, 10],
        [3, 0],
      ]) {
        const want = moves(isa) ? bytes.subarray(position, position + length) : new Uint8Array(0);
        const into = new Uint8Array(length + 2).fill(7);
        const done = moved('r', false, position, into.subarray(1, length + 1));
        expect(done, `from ${position}`).to.equal(want.length);
        expect(Buffer.compare(into.subarray(1, done + 1), want)).to.equal(0);
        expect([into[0], into[length + 1]]).to.deep.equal([7, 7]);
        expect(Buffer.compare(readFileSync(path), bytes)).to.equal(0);
      }
    });

    it(`are written to their place by ${count} threads, also what is digested itself`, () => {
      setThreads(count);
      for (const piece of [bytes.slice(), digested]) {
        writeFileSync(path, new Uint8Array(SIZE + 20));
        const done = moved('r+', true, 9, piece);
        expect(done).to.equal(moves(isa) ? piece.length : 0);
        const want = new Uint8Array(SIZE + 20);
        want.set(piece.subarray(0, done), 9);
        expect(Buffer.compare(readFileSync(path), want)).to.equal(0);
      }
    });
  }

  it('are not moved where the system refuses, and nothing is thrown', () => {
    writeFileSync(path, bytes);
    const piece = new Uint8Array(SIZE).fill(7);
    expect(moved('r', true, 0, piece)).to.equal(0);
    expect(moved('a', false, 0, piece)).to.equal(0);
    expect(piece.every((byte) => byte === 7)).to.equal(true);
    expect(Buffer.compare(readFileSync(path), bytes)).to.equal(0);
  });

  it('are moved once, and also where nothing is digested', () => {
    writeFileSync(path, bytes);
    const fd = openSync(path, 'r');
    const into = new Uint8Array(SIZE);
    const transfer = new FileTransfer(fd, false, 0, into);
    const done = transfer.moved;
    expect(done).to.equal(moves(isa) ? SIZE : 0);
    expect(Buffer.compare(into.subarray(0, done), bytes.subarray(0, done))).to.equal(0);
    closeSync(fd);
    into.fill(7);
    expect(new Digest().update(digested, transfer).hex()).to.equal(digest);
    expect(transfer.moved).to.equal(done);
    expect(into.every((byte) => byte === 7)).to.equal(true);
  });
});
