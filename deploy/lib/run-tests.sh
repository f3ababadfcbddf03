#!/usr/bin/env bash
# The part of ./check that runs inside the private world: the tests of the C code and of all modules, then what is left of them.
#   deploy/lib/run-tests.sh FOLDER-OF-RESULTS
set -uo pipefail
results=$1
status=0
rm -f "$results"/*.tap
deploy/lib/footprint.sh >"$results/before"
make -s -C runtime/src/main/c check 2>&1 | tee "$results/c.out" || status=1
# Their last lines are `NAME: 123 checks, 0 failed`.
sed -nE 's/^([a-z_]+): ([0-9]+) checks, 0 failed.*/ok C \1 (\2 checks)/p; s/^([a-z_]+: [0-9]+ checks, [1-9].*)/not ok C \1/p' \
  "$results/c.out" >"$results/c.tap"
[ "$status" = 0 ] || echo "not ok make -C runtime/src/main/c check" >>"$results/c.tap"
./mvnw -B -o -ntp test --fail-at-end -Dmaven.test.failure.ignore=true 2>&1 | tee "$results/maven.log" | grep --line-buffered -E 'Tests run:.*in |ERROR\]  |BUILD|Reactor Summary|SUCCESS|FAILURE' || true
grep -q 'BUILD SUCCESS' "$results/maven.log" || status=1

deploy/lib/footprint.sh >"$results/after"
left=$(comm -13 "$results/before" "$results/after")
processes=$(ps -e -o pid=,ppid=,args= | awk -v me=$$ '$1 != 1 && $1 != me && $3 !~ /^(ps|awk)$/ && $4 !~ /run-tests.sh$/')
if [ -n "$left$processes" ]; then
  printf 'Left behind in the world of the tests:\n%s\n%s\n' "$left" "$processes"
  echo "not ok nothing is left behind by the tests" >"$results/world.tap"
else
  echo "ok nothing is left behind by the tests" >"$results/world.tap"
fi
exit "$status"
