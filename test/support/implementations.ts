import { availableIsa, type Isa, isa, setIsa } from 'adamax/kernels';

/** Every implementation this process can run: what each kernel test is repeated on. */
export const implementations: readonly Isa[] = availableIsa();

/** Repeats a block of tests on every implementation, with it in force. */
export function onEveryImplementation(title: string, block: (isa: Isa) => void): void {
  for (const name of implementations) {
    describe(`${title} [${name}]`, () => {
      const before_ = isa();
      before(() => setIsa(name));
      after(() => setIsa(before_));
      block(name);
    });
  }
}
