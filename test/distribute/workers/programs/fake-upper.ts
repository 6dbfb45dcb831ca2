/** Stands in for a collective between processes: by threads, which spare a test the processes. */
import { addPairwise, type Collective, type Exchange } from '#internals';

/** Bytes: more than a piece has, and than the arrays of the tests. */
const ROOM = 4 * 300_032;

export const bytesOfUpper = (size: number): number => 64 + size * ROOM;

export function fakeUpper(memory: SharedArrayBuffer, rank: number, size: number): Collective {
  const control = new Int32Array(memory, 0, 2);
  const areas = Array.from({ length: size }, (_, of) => new Uint8Array(memory, 64 + of * ROOM, ROOM));
  const posted: (() => void)[] = [];

  function meet(): void {
    const round = Atomics.load(control, 0);
    if (Atomics.add(control, 1, 1) === size - 1) {
      Atomics.store(control, 1, 0);
      Atomics.add(control, 0, 1);
      Atomics.notify(control, 0);
    } else if (Atomics.wait(control, 0, round, 10_000) === 'timed-out') throw new Error('nobody else came');
  }

  function exchange(what: Exchange): void {
    if (what.kind === 'gather') {
      areas[rank].set(what.bytes);
      meet();
      for (let of = 0; of < size; of++) {
        const [begin, end] = what.borders.slice(of, of + 2);
        what.bytes.set(areas[of].subarray(begin, end), begin);
      }
    } else {
      const { from, to } = what;
      const floats = areas.map(({ buffer, byteOffset }) => new Float32Array(buffer, byteOffset, from.length));
      floats[rank].set(from);
      meet();
      const [begin, end] = what.kind === 'sum' ? [0, from.length] : what.borders.slice(rank, rank + 2);
      addPairwise(floats, to, begin, end);
    }
    meet();
  }

  function flush(): void {
    for (const one of posted.splice(0)) one();
  }

  return {
    rank,
    size,
    local: size,
    run(exchanges) {
      flush();
      exchanges.forEach(exchange);
    },
    runAsync: (exchanges) =>
      new Promise((resolve) => {
        posted.push(() => {
          exchanges.forEach(exchange);
          resolve();
        });
        setTimeout(flush, 1);
      }),
    abandon() {},
    close: async () => {
      Atomics.add(control, 1, 100);
    },
  };
}
