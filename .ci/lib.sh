# What the parts of CI share: headings and times, counting, and getting hold of tools.

# Build folders and logs of CI; build-* is ignored by git.
work=$PWD/build-ci
skipped_status=75

say() { printf '%s\n' "$*"; }

# need <command> <Debian package> …: makes sure of a command. Where it cannot be had, a developer's run leaves the part
# out and says so; in CI (CI=true) that is a failure.
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null && return
  local as_root=()
  # A developer's password-less sudo is not ours to use.
  [ "${CI:-}" != true ] || [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  if { [ "$(id -u)" = 0 ] || [ ${#as_root[@]} -gt 0 ]; } && command -v apt-get >/dev/null; then
    say "installing $*"
    [ -e "$work/apt-updated" ] || "${as_root[@]}" apt-get update -qq && touch "$work/apt-updated" || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "$@" >"$work/apt.log" 2>&1 || true
  fi
  hash -r
  command -v "$command" >/dev/null && return
  [ ! -s "$work/apt.log" ] || tail -n 5 "$work/apt.log"
  skip "$command is missing (Debian: apt-get install $*)"
}

# Leaves the running part out, loudly; not_here does so for reasons that are as good in CI.
skip() {
  if [ "${CI:-}" = true ]; then
    say "FAILED: $*"
    exit 1
  fi
  not_here "$@"
}

not_here() {
  say "SKIPPED: $*"
  exit "$skipped_status"
}

# run_part <name> <title>: runs the function part_<name> with its output in a log, and notes its outcome. A part ends at
# its first failing command; the parts after it run all the same, so that one run tells everything.
run_part() {
  local name=$1 title=$2 log=$work/$1.log begin=$SECONDS status passed failed outcome
  printf '\n==== %s: %s\n' "$name" "$title"
  set +e
  (
    set -euo pipefail
    "part_$name"
  ) 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  set -e
  passed=$(count passed passing "$log")
  failed=$(count failed failing "$log")
  case $status in
    0) outcome=ok ;;
    "$skipped_status") outcome=SKIPPED ;;
    *)
      outcome=FAILED
      # A build that breaks, or a check between the tests, is a failure too.
      [ "$failed" -gt 0 ] || failed=1
      ;;
  esac
  [ "$outcome" != ok ] || [ "$failed" -eq 0 ] || outcome=FAILED
  [ "$outcome" != FAILED ] || failures+=$(printf '\n---- the end of %s\n' "$name" && tail -n 40 "$log" | cut -c 1-300)$'\n'
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
  summary+=$(printf '%-8s %-11s %5d passed %4d failed %5d s  %s' "$outcome" "$name" "$passed" "$failed" \
    $((SECONDS - begin)) "$title")$'\n'
  printf '==== %s: %s after %d s\n' "$name" "$outcome" $((SECONDS - begin))
}

# beside <name> <command> …: begins a command beside what comes next, with its output in a log. `together` waits for all
# that have begun so, shows their output one after the other, and fails if one of them has.
declare -A beside_pids=()
beside() {
  local name=$1
  shift
  (
    set -euo pipefail
    "$@"
  ) >"$work/$name.beside" 2>&1 &
  beside_pids[$name]=$!
}

together() {
  local name failed=0
  for name in "${!beside_pids[@]}"; do
    wait "${beside_pids[$name]}" || failed=1
    say "-- $name"
    cat "$work/$name.beside"
  done
  beside_pids=()
  return "$failed"
}

# count <ours> <mocha's> <log>: the sum of "N passed, N failed" lines of the C++ tests (ctest puts "1: " before them)
# and of mocha's "N passing".
count() {
  sed 's/\x1b\[[0-9;]*m//g' "$3" | awk -v ours="$1" -v mocha="$2" '
    /^([0-9]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
      sub(/^[0-9]+: /, "")
      sum += ours == "passed" ? $1 : $3
    }
    $2 == mocha && $1 ~ /^[0-9]+$/ { sum += $1 }
    END { print sum + 0 }'
}
