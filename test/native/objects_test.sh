#!/bin/sh
# What object files may hold, whatever the tests that run them happen to reach.
#
#   objects_test.sh <nm> <objdump> <object file> …
#
# A weak symbol in an instruction set's object is a function that the linker may hand to callers on processors without
# that instruction set. A wide instruction elsewhere runs before detection. A fused multiply-add rounds once where the
# numeric contract rounds twice.
set -eu
nm=$1 objdump=$2
shift 2

# VEX and EVEX begin with v, but for the opmask and BMI instructions.
wide='^(v[a-z0-9]+|k(mov|add|andn?|not|ortest|or|shift[lr]|test|unpck|xnor|xor)[bwdq]+|andn|bextr|bls(i|msk|r)|bzhi|mulx|pdep|pext|rorx|s[ah][lr]x|lzcnt|movbe|popcnt)[lqw]?( |$)'
evex='%zmm|%[xy]mm(1[6-9]|2[0-9]|3[01])|%k[0-7]'
fused='^(vf(n?m(add|sub)|m(addsub|subadd))|fn?m(add|sub)|fml[as]l?2?)'

passed=0 failed=0

# Complains when the pattern is found in the text: verdict <object> <what> <pattern> <text>
verdict() {
  found=$(printf '%s\n' "$4" | grep -E -m 3 -- "$3" || true)
  if [ -z "$found" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'not ok %s: %s\n%s\n' "$1" "$2" "$found"
  fi
}

for object; do
  instructions=$("$objdump" -d --no-show-raw-insn "$object" | sed -n 's/^ *[0-9a-f]*:\t//p')
  symbols=$("$nm" "$object")
  verdict "$object" 'fused multiply-add' "$fused" "$instructions"
  case $("$objdump" -f "$object") in *x86-64*) ;; *) continue ;; esac
  case $object in
    */kernels/avx*)
      verdict "$object" 'weak symbol' ' [WVuwv] ' "$symbols"
      verdict "$object" 'code that runs before detection' '_GLOBAL__sub_I' "$symbols"
      case $object in */avx2.*) verdict "$object" 'AVX-512 instruction' "$evex" "$instructions" ;; esac
      ;;
    *) verdict "$object" 'instruction beyond the baseline' "$wide" "$instructions" ;;
  esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
