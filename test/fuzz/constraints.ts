/** Constraints of variables: twice, for the package and for the model. */
import type { Constraint } from 'adamax';
import { Planned } from './faults.js';
import type { ConstraintModel } from './model/variable.js';
import type { Draw } from './random.js';

/** Who hears of what goes wrong where only a constraint can see it. */
export interface Listener {
  readonly complaints: string[];
}

export interface DrawnConstraint {
  readonly real: Constraint;
  readonly model: ConstraintModel;
}

export function drawConstraint(draw: Draw, _listener: Listener): DrawnConstraint {
  return draw.weighted(KINDS).make();
}

const nothing = () => {};

function clamp(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) if (values[i] > 0.5) values[i] = 0.5;
}

const KINDS: readonly { readonly weight: number; readonly make: () => DrawnConstraint }[] = [
  {
    weight: 4,
    make: () => ({ real: clamp, model: { text: 'clamps in place', fault: null, project: clamp } }),
  },
  {
    weight: 4,
    make: () => ({
      real: (values) => Array.from({ length: values.length }, (_, i) => values[i] / 2),
      model: {
        text: 'returns halves',
        fault: null,
        project(values) {
          for (let i = 0; i < values.length; i++) values[i] /= 2;
        },
      },
    }),
  },
  {
    weight: 1,
    make: () => ({
      real(values) {
        values.fill(9);
        throw new Planned('a constraint that throws');
      },
      model: { text: 'writes and throws', fault: 'PLANNED', project: nothing },
    }),
  },
  {
    weight: 1,
    make: () => ({
      real: (values) => new Float32Array(values.length + 1),
      model: { text: 'returns too much', fault: 'ERR_ADAMAX_LENGTH', project: nothing },
    }),
  },
];
