#!/usr/bin/env bash
# Builds the release binaries twice, in two directories, and compares them byte for byte (P39).
#
#   tests/reproducible.sh           the second build takes the dependencies of the first
#   tests/reproducible.sh --full    the second build starts from nothing, from a copy of the sources at another path
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1-}" in
"" | --full) ;;
-h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
*) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

target=${CARGO_TARGET_DIR:-$PWD/target}
second=$(mktemp -d "${TMPDIR:-/tmp}/reproducible-XXXXXX")
trap 'rm -rf "$second"' EXIT

# Paths of the checkout and of the crates must not stand in the binary: they differ from machine to machine.
remap() { echo "--remap-path-prefix=$1=/strongroom --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"; }
digests() { (cd "$1/release" && find . -maxdepth 1 -type f -executable | sort | xargs sha256sum); }

source=$PWD
if [[ ${1-} == --full ]]; then
    source=$second/source
    mkdir "$source"
    git ls-files -z | xargs -0 cp --parents -t "$source"
fi
RUSTFLAGS=$(remap "$PWD") cargo build --locked --release --bins --target-dir "$target/reproducible"
if [[ ${1-} != --full ]]; then
    # Fingerprints and compiled dependencies are copied; our own crate is removed and compiled again.
    cp -a "$target/reproducible" "$second/target"
    cargo clean --quiet --release -p strongroom --target-dir "$second/target"
    rm -f "$second"/target/release/secrets-admin
fi
(cd "$source" && RUSTFLAGS=$(remap "$source") cargo build --locked --release --bins --target-dir "$second/target")

digests "$target/reproducible" >"$second/one"
digests "$second/target" >"$second/two"
cat "$second/one"
[[ -s $second/one ]] || { echo "reproducible: error: no binary was built" >&2; exit 1; }
diff "$second/one" "$second/two" || { echo "reproducible: error: the two builds differ" >&2; exit 1; }
echo "two release builds agree byte for byte"
