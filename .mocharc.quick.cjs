/** The tests of `npm run test:quick`: all but those that take their seconds. New folders take part by themselves. */
module.exports = {
  ...require('./.mocharc.json'),
  ignore: [
    // They train on large arrays, on many threads, or in processes that they start.
    'out/test/{build,examples,processes,threads}/**',
    'out/test/backend/{isa,load,workers}.test.js',
    'out/test/readme.test.js',
    // They go through whole ranges of numbers.
    'out/test/math/**',
    'out/test/optimizers/bfloat16.test.js',
    // They follow long recordings, on every implementation.
    'out/test/golden*.test.js',
  ],
};
