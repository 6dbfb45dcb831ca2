/** The tests of `npm run test:quick`: all but those that take their seconds. New folders take part by themselves. */
module.exports = {
  ...require('./.mocharc.json'),
  ignore: [
    // They load files with a fault in each place that can have one.
    'out/test/checkpoint/{fuzz,hostile}.test.js',
    // They train on large arrays, on many threads, or in processes that they start.
    'out/test/{attacks,build,examples,processes,training}/**',
    'out/test/backend/{isa,load,threads,workers}.test.js',
    'out/test/step/{async,hooks,out-of-place,replicas,timeout}.test.js',
    // They start jobs of several processes.
    'out/test/distribute/mpi/**',
    // They load TensorFlow.js, which takes its time with every kernel.
    'out/test/tfjs/**',
    'out/test/readme.test.js',
    'out/test/step/turn-*.test.js',
    // It makes random calls for as long as it is told to.
    'out/test/fuzz/**',
    // They go through whole ranges of numbers.
    'out/test/math/**',
    'out/test/state/bfloat16-slots.test.js',
    // Each file of HDF5 is read in a thread that loads its library.
    'out/test/import/**',
    // They follow long recordings, on every implementation.
    'out/test/golden*.test.js',
  ],
};
