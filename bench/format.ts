/** Numbers as people read them: three digits, and a unit that fits. */

export function formatTime(ns: number): string {
  if (ns < 0) return `−${formatTime(-ns)}`;
  if (ns < 1e3) return `${digits(ns)} ns`;
  if (ns < 1e6) return `${digits(ns / 1e3)} µs`;
  if (ns < 1e9) return `${digits(ns / 1e6)} ms`;
  return `${digits(ns / 1e9)} s`;
}

/** 8, 512, 4k, 256k, 16M: powers of two in their own thousands. */
export function formatCount(count: number): string {
  if (count >= 2 ** 20 && count % 2 ** 20 === 0) return `${count / 2 ** 20}M`;
  if (count >= 2 ** 12 && count % 2 ** 10 === 0) return `${count / 2 ** 10}k`;
  if (count >= 1e6 && count % 1e6 === 0) return `${count / 1e6}M`;
  if (count >= 1e4 && count % 1e3 === 0) return `${count / 1e3}k`;
  return String(count);
}

/** 128 B, 64 KiB, 256 MiB. */
export function formatBytes(bytes: number): string {
  if (bytes < 2 ** 10) return `${bytes} B`;
  if (bytes < 2 ** 20) return `${bytes / 2 ** 10} KiB`;
  return `${bytes / 2 ** 20} MiB`;
}

export function digits(x: number): string {
  if (!Number.isFinite(x)) return '–';
  if (x < 0) return `−${digits(-x)}`;
  if (x >= 100) return x.toFixed(0);
  if (x >= 10) return x.toFixed(1);
  if (x >= 1) return x.toFixed(2);
  return x.toFixed(3);
}

export function formatRatio(x: number): string {
  return `${x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2)} ×`;
}
