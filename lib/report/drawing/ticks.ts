/** Round numbers that cover a range, for the marks on an axis. */
export interface Ticks {
  readonly values: readonly number[];
  /** Decimals that tell the values apart; negative where they end in zeros. */
  readonly decimals: number;
}

// Narrower ranges are drawn as if this wide: noise in the last digits is no course of anything.
const NARROWEST = 1e-6;

/**
 * From the last round number below `least` to the first above `most`, about `wanted` of them.
 * @param narrowest - how wide a narrower range is drawn
 */
export function ticksOver(least: number, most: number, wanted: number, narrowest = NARROWEST): Ticks {
  const { numerator, power } = roundStep(Math.max(most - least, narrowest) / wanted);
  // Whole numbers of tenths, hundredths…: adding up steps of 0.1 would end at 2.9000000000000004.
  const unit = tenTo(Math.abs(power));
  const multiple = (k: number): number => (power < 0 ? (k * numerator) / unit : k * numerator * unit);
  const first = Math.floor(least / multiple(1));
  const last = Math.max(Math.ceil(most / multiple(1)), first + 1);
  const values = Array.from({ length: last - first + 1 }, (_, i) => multiple(first + i));
  return { values, decimals: 0 - power };
}

// The smallest of 1, 2, 5 times a power of ten that is not below a step.
function roundStep(step: number): { numerator: number; power: number } {
  let power = 0;
  while (tenthOf(step, power) >= 10) power++;
  while (tenthOf(step, power) < 1) power--;
  const lead = tenthOf(step, power);
  if (lead <= 1) return { numerator: 1, power };
  if (lead <= 2) return { numerator: 2, power };
  if (lead <= 5) return { numerator: 5, power };
  return { numerator: 1, power: power + 1 };
}

function tenthOf(x: number, power: number): number {
  return power < 0 ? x * tenTo(-power) : x / tenTo(power);
}

function tenTo(power: number): number {
  let product = 1;
  for (let i = 0; i < power; i++) product *= 10;
  return product;
}
