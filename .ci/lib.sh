# What the parts of CI share: headings and times, counting, and getting hold of tools.

# Build folders and logs of CI; build-* is ignored by git.
work=$PWD/build-ci
# How many the running part may use.
cores=$(getconf _NPROCESSORS_ONLN)
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
    (
      # apt-get does not wait for another of its kind, which a part beside this one may have begun.
      flock 9
      [ -e "$work/apt-updated" ] || "${as_root[@]}" apt-get update -qq && touch "$work/apt-updated" || true
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >"$work/apt-$command.log" 2>&1 || true
    ) 9>"$work/apt.lock"
  fi
  hash -r
  command -v "$command" >/dev/null && return
  [ ! -s "$work/apt-$command.log" ] || tail -n 5 "$work/apt-$command.log"
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

# run_row <lane> …: runs the parts that each lane names, one after the other, and the lanes beside each other. Parts of
# a row of one lane may use all cores, and are seen as they run. Of several lanes each gets its share of the cores, and
# each part is shown in one piece when it has ended.
run_row() {
  local lane name all=$cores
  if [ $# -eq 1 ] || [ "$all" -eq 1 ]; then
    for name in $*; do
      heading "$name"
      perform "$name" | tee "$work/$name.log"
      conclude "$name"
    done
    return
  fi
  cores=$(((all + $# - 1) / $#))
  printf '\n'
  for lane in "$@"; do
    say ".... in a lane:" $lane
    # A process group of its own, so that stop_lanes reaches whatever it has started; it would be stopped for a use of
    # the terminal.
    set -m
    (
      set +m
      for name in $lane; do perform "$name" >"$work/$name.log"; done
    ) </dev/null &
    set +m
    lanes+=($!)
  done
  await "$*" show_ended "${lanes[@]}"
  for name in $*; do [ -n "${concluded[$name]:-}" ] || show "$name"; done
  lanes=()
  cores=$all
}
lanes=()

# Lanes are not in the foreground of a terminal, so Ctrl-C does not reach them.
stop_lanes() {
  local lane
  for lane in "${lanes[@]}"; do kill -- "-$lane" 2>/dev/null || true; done
}

# perform <name>: runs the function part_<name>, and notes its status and time in a file. A part ends at its first
# failing command; the parts after it run all the same, so that one run tells everything.
perform() {
  local name=$1 begin=$SECONDS status
  rm -f "$work/$name.outcome"
  printf '%s\n' "$begin" >"$work/$name.begun"
  set +e
  (
    set -euo pipefail
    "part_$name"
  ) 2>&1
  status=$?
  printf '%s %s\n' "$status" $((SECONDS - begin)) >"$work/$name.outcome.new"
  mv "$work/$name.outcome.new" "$work/$name.outcome"
  rm -f "$work/$name.begun"
}

# conclude <name>: reads from its log what a part that has ended counted, and enters that in the summary.
conclude() {
  local name=$1 log=$work/$1.log status=1 seconds=0 passed failed outcome
  # A part that was killed has noted nothing, and failed.
  [ ! -e "$work/$name.outcome" ] || read -r status seconds <"$work/$name.outcome"
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
    "$seconds" "${titles[$name]}")$'\n'
  printf '==== %s: %s after %d s\n' "$name" "$outcome" "$seconds"
  concluded[$name]=$outcome
}
declare -A concluded=()

heading() { printf '\n==== %s: %s\n' "$1" "${titles[$1]}"; }

show() {
  heading "$1"
  touch "$work/$1.log"
  cat "$work/$1.log"
  conclude "$1"
}

# Shows the parts that have ended since the last call, whole.
show_ended() {
  local name
  for name in "${parts[@]}"; do
    [ ! -e "$work/$name.outcome" ] || [ -n "${concluded[$name]:-}" ] || show "$name"
  done
}

# await <names> <command> <process> …: waits for all these processes. Calls the command every second, and twice a minute
# says how far those of the names have come that have begun, so that nobody takes a long silence for the end.
await() {
  local names=$1 each=$2 process running told=$SECONDS
  shift 2
  while :; do
    running=false
    for process in "$@"; do ! kill -0 "$process" 2>/dev/null || running=true; done
    "$each"
    $running || return 0
    if [ $((SECONDS - told)) -ge 30 ]; then
      tell_progress $names
      told=$SECONDS
    fi
    sleep 1
  done
}

# tell_progress <name> …: for how long each runs, and the last line of its output.
tell_progress() {
  local name begin line
  for name in "$@"; do
    # It may end, and take the file away, at any moment.
    begin=$(cat "$work/$name.begun" 2>/dev/null) || continue
    line=$(tail -n 1 "$work/$name.log" | tr -d '\r')
    [ ${#line} -le 90 ] || line=…${line: -90}
    say ".... $name, for $((SECONDS - begin)) s: $line"
  done
}

# beside <name> <command> …: begins a command beside what comes next, with its output in a log. `together` waits for all
# that have begun so, shows their output one after the other, of those that failed last, and fails if one of them has.
declare -A beside_pids=()
beside() {
  local name=$1
  shift
  printf '%s\n' "$SECONDS" >"$work/$name.begun"
  (
    # Named now: when it is run, no local variable may be left.
    trap "rm -f '$work/$name.begun'" EXIT
    set -euo pipefail
    "$@"
  ) >"$work/$name.log" 2>&1 &
  beside_pids[$name]=$!
}

together() {
  local name status
  local -A failed=()
  await "${!beside_pids[*]}" : "${beside_pids[@]}"
  for name in "${!beside_pids[@]}"; do
    status=0
    wait "${beside_pids[$name]}" || status=$?
    if [ "$status" -ne 0 ]; then
      failed[$name]=$status
      continue
    fi
    say "-- $name"
    cat "$work/$name.log"
  done
  beside_pids=()
  # The end of what a part prints may be all that is kept of it.
  for name in "${!failed[@]}"; do
    say "-- FAILED with status ${failed[$name]}: $name"
    cat "$work/$name.log"
  done
  [ ${#failed[@]} -eq 0 ]
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
