import { readFileSync } from 'node:fs';
import { availableIsa, isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { runModule } from '../support/process.js';

const PRINT = `import { isa } from 'adamax/kernels'; process.stdout.write(isa());`;

describe('choice of the implementation', () => {
  it('offers the fallback, the portable kernels, and what this processor has', () => {
    const offered = availableIsa();
    expect(offered.slice(0, 2)).to.deep.equal(['js', 'portable']);
    if (process.arch === 'arm64') expect(offered.slice(2)).to.deep.equal(['neon']);
    if (process.platform === 'linux' && process.arch === 'x64') {
      const flags =
        readFileSync('/proc/cpuinfo', 'utf8')
          .match(/^flags\s*:(.*)$/m)?.[1]
          .split(' ') ?? [];
      expect(offered.includes('avx2'), 'avx2').to.equal(flags.includes('avx2'));
      const avx512 = ['avx512f', 'avx512dq', 'avx512bw'].every((flag) => flags.includes(flag));
      expect(offered.includes('avx512'), 'avx512').to.equal(avx512);
    }
  });

  it('runs the best one by default', () => {
    expect(runModule(PRINT)).to.deep.equal({ code: 0, stdout: availableIsa().at(-1), stderr: '' });
  });

  for (const name of availableIsa()) {
    it(`runs ${name} when ADAMAX_ISA says so, and prints nothing`, () => {
      expect(runModule(PRINT, { ADAMAX_ISA: name })).to.deep.equal({ code: 0, stdout: name, stderr: '' });
    });

    it(`runs ${name} from setIsa on`, () => {
      const before = isa();
      setIsa(name);
      expect(isa()).to.equal(name);
      setIsa(before);
    });
  }

  it('treats an empty ADAMAX_ISA as none', () => {
    expect(runModule(PRINT, { ADAMAX_ISA: '' }).stdout).to.equal(availableIsa().at(-1));
  });

  it('throws a clear error at the first use when ADAMAX_ISA is unknown', () => {
    const { code, stderr } = runModule(PRINT, { ADAMAX_ISA: 'AVX2' });
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /RangeError: ADAMAX_ISA must be one of portable, avx2, avx512, neon, js \(did you mean avx2\?\): received 'AVX2'/,
    );
    expect(stderr).to.match(/code: 'ERR_ADAMAX_ISA'/);
  });

  it('throws a clear error at the first use when ADAMAX_ISA is not available here', () => {
    const missing = process.arch === 'arm64' ? 'avx2' : 'neon';
    const { code, stderr } = runModule(PRINT, { ADAMAX_ISA: missing });
    expect(code).to.equal(1);
    expect(stderr).to.match(
      new RegExp(`ADAMAX_ISA must be available here \\(js, portable.*\\): received '${missing}'`),
    );
  });
});
