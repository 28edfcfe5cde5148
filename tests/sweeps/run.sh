#!/usr/bin/env bash
# Runs every sweep on the release binary and prints one table. Exit 1 when any of them failed.
#
#   tests/sweeps/run.sh short    samples; about 10 minutes on 2 cores; what CI runs
#   tests/sweeps/run.sh full     every point; about an hour
#   tests/sweeps/run.sh self     the positive controls only: each sweep against stand-ins that are wrong on purpose
set -euo pipefail

usage() { sed -n '2,7s/^# \{0,1\}//p' "$0"; }
case "${1-}" in
short | full | self) mode=$1 ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export STRONGROOM_BIN="${STRONGROOM_BIN:-$root/target/release}"
out="${SWEEP_OUT:-$root/target/sweeps}"
mkdir -p "$out"

names=() results=() times=() lines=()
failed=0

# sweep NAME COMMAND...: runs one, keeps its output, remembers how it ended.
sweep() {
    local name=$1 start=$SECONDS code=0 result=ok
    shift
    printf '\n== %s: %s\n' "$name" "$*"
    "$@" </dev/null 2>&1 | tee "$out/$name.log" || code=$?
    if ((code)); then
        result="FAILED ($code)"
        failed=1
    fi
    names+=("$name") results+=("$result") times+=("$((SECONDS - start)) s")
    lines+=("$(tail -n 1 "$out/$name.log")")
}

if [[ $mode == self ]]; then
    sweep killsweep-self "$here/killsweep.py" --self-test
    sweep corescan-self "$here/corescan.py" --self-test
    sweep concurrency-self "$here/concurrency.py" --self-test
    sweep fulldisk-self "$here/fulldisk.py" --self-test
else
    sweep fulldisk "$here/fulldisk.py" "--$mode"
    sweep multikey "$here/multikey.py" --check
    sweep concurrency "$here/concurrency.py" "--$mode" --json "$out/concurrency.json"
    sweep corescan "$here/corescan.py" "--$mode" --json "$out/corescan.json"
    sweep killsweep "$here/killsweep.py" "--$mode" --json "$out/killsweep.json"
fi

printf '\n== sweeps (%s)\n' "$mode"
for i in "${!names[@]}"; do
    printf '%-18s %-12s %8s  %s\n' "${names[i]}" "${results[i]}" "${times[i]}" "${lines[i]}"
done
exit "$failed"
