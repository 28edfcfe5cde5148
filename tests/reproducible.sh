#!/usr/bin/env bash
# Builds the release binaries twice and compares them byte for byte (P39).
#
#   tests/reproducible.sh           our crate again, over the dependencies of the first build, in another target directory
#   tests/reproducible.sh --full    everything again from nothing, from a copy of the sources at another path, with both
#                                   paths mapped to one name, as a release is built
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1-}" in
"" | --full) ;;
-h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
*) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/reproducible-XXXXXX")
trap 'rm -rf "$work"' EXIT

# build SOURCE TARGET: the released binaries, all of them.
build() { (cd "$1" && cargo build --locked --release --bins --target-dir "$2"); }

# digests TARGET FILE: names and digests of the binaries.
digests() {
    (cd "$1/release" && find . -maxdepth 1 -type f -executable -print0 | sort -z | xargs -0 -r sha256sum) >"$2"
    [[ -s $2 ]] || { echo "reproducible: error: no binary was built" >&2; exit 1; }
}

if [[ ${1-} == --full ]]; then
    first=$work/first second=$work/second
    mkdir "$work/source"
    git ls-files -z | xargs -0 cp --parents -t "$work/source"
    # A path of the building machine in the binary would differ on the next one.
    cargo=${CARGO_HOME:-$HOME/.cargo}
    RUSTFLAGS="--remap-path-prefix=$PWD=/strongroom --remap-path-prefix=$cargo=/cargo" build "$PWD" "$first"
    RUSTFLAGS="--remap-path-prefix=$work/source=/strongroom --remap-path-prefix=$cargo=/cargo" build "$work/source" "$second"
else
    first=${CARGO_TARGET_DIR:-$PWD/target} second=$work/second
    build "$PWD" "$first"
    mkdir "$second"
    cp -a "$first/release" "$second/"
    cargo clean --quiet --locked --release --package strongroom --target-dir "$second"
    find "$second/release" -maxdepth 1 -type f -executable -delete
    build "$PWD" "$second"
fi

digests "$first" "$work/one"
digests "$second" "$work/two"
cat "$work/one"
diff "$work/one" "$work/two" || { echo "reproducible: error: the two builds differ" >&2; exit 1; }
echo "two release builds agree byte for byte"
