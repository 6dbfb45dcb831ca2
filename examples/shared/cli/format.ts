// Written out here because toLocaleString answers differently on machines with other locale data.

/** 215386 → "215,386". */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** 98412 → "98k", for figures that jitter. */
export function rounded(n: number): string {
  if (n < 1000) return n.toFixed(0);
  return n < 999_500 ? `${(n / 1000).toFixed(0)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}

/** Seconds as a person says them: "8 s", "2 min 05 s". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** A change from one number to another: "−37 %". */
export function change(from: number, to: number): string {
  const percent = (((to - from) / from) * 100).toFixed(0);
  return `${percent.replace('-', '−')} %`;
}

/** "1 epoch", "2 epochs". */
export function counted(n: number, thing: string): string {
  return n === 1 ? `1 ${thing}` : `${n} ${thing}s`;
}
