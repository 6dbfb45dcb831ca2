import { initializers } from 'adamax';

const {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
} = initializers;

/** The initializers that draw random numbers, all of which take a seed. */
export const RANDOM: [string, (options: { seed?: number | null }) => initializers.Initializer][] = [
  ['randomNormal', randomNormal],
  ['randomUniform', randomUniform],
  ['truncatedNormal', truncatedNormal],
  ['glorotUniform', glorotUniform],
  ['glorotNormal', glorotNormal],
  ['heUniform', heUniform],
  ['heNormal', heNormal],
  ['lecunUniform', lecunUniform],
  ['lecunNormal', lecunNormal],
  ['orthogonal', orthogonal],
  ['varianceScaling', varianceScaling],
];
