import { tryFile } from './fuzz/explore.js';

describe('a spoilt file', () => {
  it('is refused with nothing changed, or loaded as its header says (npm run fuzz:checkpoint has more of them)', () => {
    for (let number = 0; number < 2000; number++) tryFile(1, number);
  });
});
