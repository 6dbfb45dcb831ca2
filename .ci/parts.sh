# The parts of CI, in the order in which .ci/run takes them.

part_test() {
  need g++ g++
  need make make
  need python3 python3-minimal
  # Tests of processes that train together are left out where this is missing, and so are they where nobody is root.
  (need mpirun openmpi-bin) || true
  (need mpicxx libopenmpi-dev) || true
  (need ip iproute2) || true
  npm test
}

part_lint() {
  npm run lint
}

# The newest one is in node_modules, and so part of npm test.
part_tfjs() {
  npm run test:tfjs -- 4.10.0
}

part_site() {
  need chromium chromium
  npm run test:site
}

# The rest of `npm run test:platforms` takes hours and gigabytes.
part_platforms() {
  node tools/setup.mjs
  # What was built here stands in for the binary that is published, whose compilers take longer than all of this.
  local binary stand_in=
  binary=prebuilds/$(node -p "process.platform + '-' + process.arch")/adamax.glibc.node
  [ -e "$binary" ] || { mkdir -p "$(dirname "$binary")" && cp build/Release/adamax.node "$binary" && stand_in=$binary; }
  local status=0
  npm run test:platforms -- install shape types || status=$?
  [ -z "$stand_in" ] || rm -r "$(dirname "$stand_in")"
  return $status
}

part_cmake() {
  need cmake cmake
  node tools/setup.mjs
  npm run build:cmake
  ADAMAX_PREBUILD=$PWD/build-cmake expect_loads "$PWD/build-cmake"
  # What goes on around the addon is the same for both build systems.
  ADAMAX_PREBUILD=$PWD/build-cmake node node_modules/mocha/bin/mocha.js \
    --ignore 'out/test/{attacks,build,checkpoint,distribute,examples,fuzz,import,processes,tfjs,training}/**'
  # The binding is no part of the C++ tests, so its objects are looked at here, as both build systems make them.
  if [ "$(uname -s)" = Linux ]; then
    find build build-cmake -name '*.o' -exec sh test/native/objects_test.sh nm objdump {} +
  fi
}

part_cpp() {
  need cmake cmake
  cpp_build native -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
  cpp_run native
  expect_one_digest
}

part_arm64() {
  need cmake cmake
  need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
  need qemu-aarch64-static qemu-user-static
  cpp_build arm64 -DCMAKE_TOOLCHAIN_FILE="$PWD/.ci/aarch64.cmake" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
  cpp_run arm64
  expect_one_digest
}

# Processors without AVX, and without AVX-512. A wide instruction that runs before detection, or in spite of it, ends
# in SIGILL there. The C++ tests run on the first only: QEMU 7.2 reads whole vectors where AVX2 reads masked ones, and
# so stumbles over the closed pages.
part_cpus() {
  [ "$(uname -m)" = x86_64 ] || not_here 'this is no x86-64 machine'
  need cmake cmake
  need qemu-x86_64-static qemu-user-static
  node tools/setup.mjs
  if [ -e "$work/native/CMakeCache.txt" ]; then cmake --build "$work/native"; else cpp_build native; fi
  local tests=$work/native/test/native
  qemu-x86_64-static -cpu Nehalem "$tests/cpu_test" --best portable
  qemu-x86_64-static -cpu max "$tests/cpu_test" --best avx2

  # What is not arithmetic runs on the portable kernels without an emulator, too.
  beside Nehalem test_cpu Nehalem portable kernels memory optimizers state
  beside cpp-and-max test_cpp_and_max "$tests/kernels_test"
  together
  expect_one_digest
}

# test_cpp_and_max <C++ test>: one after the other, so that no more than two emulators run at a time.
test_cpp_and_max() {
  qemu-x86_64-static -cpu Nehalem "$1" | grep -v '^ok ' | tee "$work/nehalem.digests"
  test_cpu max avx2 kernels
}

# test_cpu <processor> <its instruction set> <folder of tests> …
test_cpu() {
  local cpu=$1 expected=$2 node
  shift 2
  node=$(node -p process.execPath)
  expect_equal "isa() on $cpu" "$expected" "$(qemu-x86_64-static -cpu "$cpu" "$node" --input-type=module --eval \
    "import { isa } from 'adamax/kernels'; console.log(isa())")"
  tests=("$@")
  test_arithmetic qemu-x86_64-static -cpu "$cpu" "$node"
}

# Of the compilers only Clang checks masked AVX-512 accesses, so it is Clang that builds here.
part_sanitizers() {
  need cmake cmake
  need clang++-19 clang-19 libclang-rt-19-dev
  need llvm-symbolizer-19 llvm-19
  node tools/setup.mjs
  local flags runtime
  flags='-fsanitize=address,undefined -fno-sanitize=function,vptr -fno-sanitize-recover=undefined'
  flags+=' -shared-libsan -fno-omit-frame-pointer -O1 -g'
  runtime=$(clang++-19 -print-file-name="libclang_rt.asan-$(uname -m).so")
  # ASan, not the tests' own handler, is to report faults: it says where.
  export ASAN_OPTIONS=allow_user_segv_handler=0 UBSAN_OPTIONS=print_stacktrace=1
  ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-19)
  export ASAN_SYMBOLIZER_PATH
  # With so many checks in them the kernels take minutes to compile, half as long again with -O3; addon and C++ tests
  # share them.
  node node_modules/cmake-js/bin/cmake-js rebuild --log-level error --parallel "$cores" --out build-sanitized/build \
    --CDCMAKE_CXX_COMPILER=clang++-19 --CDADAMAX_SANITIZE="$flags" --CDADAMAX_TESTS=ON
  local options=$ASAN_OPTIONS
  export ADAMAX_PREBUILD=$PWD/build-sanitized
  # Some versions of Node (24) leak by themselves; reports of that would drown ours.
  if ! preloaded "$runtime" node --input-type=module \
    --eval 'import { Worker } from "node:worker_threads"; new Worker("", { eval: true })' 2>/dev/null; then
    say "Node $(node --version) leaks by itself: leaks of the addon are not looked for"
    export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
  fi
  preloaded "$runtime" expect_loads "$ADAMAX_PREBUILD"
  beside arithmetic preloaded "$runtime" test_arithmetic node
  beside cpp-and-around test_cpp_and_around "$options" "$runtime"
  together
}

# preloaded <library of ASan> <command> …: not for the whole part, since the shell's own `sleep` or `tail` would fail for
# leaks of theirs.
preloaded() { LD_PRELOAD=$1 "${@:2}"; }

# test_cpp_and_around <options of ASan> <its library>: one after the other, as a sanitizer takes much memory.
test_cpp_and_around() {
  (
    export ASAN_OPTIONS=$1 LD_LIBRARY_PATH
    LD_LIBRARY_PATH=$(dirname "$2")
    cpp_run sanitized "$PWD/build-sanitized/build" 1
  )
  preloaded "$2" test_around_addon
}

# What goes on around the addon: workers, processes that end, memory that goes in the midst of a call, random calls.
test_around_addon() {
  node "${slow_mocha[@]}" out/test/backend/workers.test.js
  # A process that ends by process.exit() leaves what V8 holds: reports of that would drown ours.
  ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 node "${slow_mocha[@]}" out/test/processes/async.test.js
  node "${slow_mocha[@]}" out/test/attacks/sweep.test.js
  # Node keeps the 8 bytes of a promise that is pending when its worker is terminated.
  printf 'leak:napi_create_promise\n' >"$work/leaks-of-node"
  LSAN_OPTIONS=suppressions=$work/leaks-of-node:print_suppressions=0 node out/test/processes/terminate.js 24
  node out/test/fuzz/main.js --calls 80000 --seed 2
}

# Under an emulator or a sanitizer, tests take their time.
slow_mocha=(node_modules/mocha/bin/mocha.js --no-config --timeout 300000 --reporter dot)

# What runs on several threads, under ThreadSanitizer: a race makes a test program fail, with status 66.
part_threads() {
  need cmake cmake
  need g++ g++
  local tests=(pool_test work_test file_transfer_test mpi_queue_test) fixed=() name
  cpp_configure threads -DCMAKE_CXX_COMPILER=g++ -DADAMAX_SANITIZE='-fsanitize=thread -O1 -g1'
  cmake --build "$work/threads" --parallel "$cores" --target "${tests[@]}"
  # It cannot place its own memory where the kernel randomizes addresses by more bits than it knows of.
  ! setarch "$(uname -m)" -R true 2>/dev/null || fixed=(setarch "$(uname -m)" -R)
  for name in "${tests[@]}"; do
    "${fixed[@]}" "$work/threads/test/native/$name" >"$work/$name.tsan" 2>&1 || { cat "$work/$name.tsan" && return 1; }
    grep -v '^ok ' "$work/$name.tsan"
  done
}

# A change is not held up by what it has not caused, so it is the same calls each time; the weekly workflow makes others.
part_fuzz() {
  node tools/setup.mjs
  node out/test/fuzz/main.js --calls 150000 --seed 1
}

# Folders of the tests that decide bits and memory safety, and those of them to run.
arithmetic=(kernels memory optimizers serialization state step variables)
tests=("${arithmetic[@]}")

# test_arithmetic <node> …: the tests that decide bits and memory safety. They start no processes, which would leave an
# emulated processor.
test_arithmetic() {
  shopt -s failglob
  local folder files=(out/test/backend/binding.test.js out/test/math/bfloat16.test.js)
  for folder in "${tests[@]}"; do files+=(out/test/"$folder"/*.test.js); done
  "$@" "${slow_mocha[@]}" "${files[@]}"
}

# cpp_configure <folder> <option for CMake> …
cpp_configure() {
  local build=$work/$1
  shift
  rm -rf "$build"
  cmake -S . -B "$build" "$@"
}

# cpp_build <folder> <option for CMake> …
cpp_build() {
  cpp_configure "$@"
  cmake --build "$work/$1" --parallel "$cores"
}

# cpp_run <folder> [<where its build is> [<how many at a time>]]: runs the C++ tests, and prints what is of interest: all
# but those that passed.
cpp_run() {
  local log=$work/$1.ctest
  ctest --test-dir "${2:-$work/$1}" --parallel "${3:-$cores}" --no-tests=error --verbose >"$log" 2>&1 ||
    { grep -v '^[0-9]*: ok ' "$log" && return 1; }
  grep -E '^[0-9]+: (skipped|detected|digest|[0-9]+ passed)' "$log"
  grep -oE 'digest [a-z0-9]+ [0-9a-f]{16}$' "$log" >"$work/$1.digests"
}

# Every implementation on every processor so far, the oracle among them, has given the same bits.
expect_one_digest() {
  local digests
  digests=$(grep -hoE 'digest [a-z0-9]+ [0-9a-f]{16}$' "$work"/*.digests | sort -u)
  expect_equal 'distinct digests' 1 "$(say "$digests" | awk '{ print $3 }' | sort -u | wc -l)"
}

# Whether Node loads the addon of this folder, and no other.
expect_loads() {
  local loaded
  loaded=$(node --input-type=module --eval "
    import { isa } from 'adamax/kernels';
    isa();
    const { sharedObjects } = process.report.getReport();
    console.log(sharedObjects.filter((file) => file.endsWith('.node')).join());")
  expect_equal 'addon loaded' "$1/build/Release/adamax.node" "$loaded"
}

expect_equal() {
  say "$1: $3"
  [ "$2" = "$3" ] || { say "$1: want $2" && return 1; }
}
