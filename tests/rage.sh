#!/usr/bin/env bash
# Archives that `wallet-backup export --age` wrote, opened by `rage` (P36): by a recipient's key, and by a passphrase on a terminal.
#
#   tests/rage.sh BIN    BIN: the directory of the release binaries
#
# Needs rage (cargo install --locked rage), age, python3, tar and script(1). The same with `age` is part of the test suite.
set -euo pipefail
[[ $# -eq 1 ]] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
bin=$(cd "$1" && pwd)
for program in rage age-keygen python3 tar script; do
    command -v "$program" >/dev/null || { echo "rage.sh: error: missing: $program" >&2; exit 1; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/rage-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
umask 077
mkdir state out
echo 'pinnacle hovering tulip anteater modify coffee' >store-pass
echo 'velvet orbit hazelnut squint magnetic dolphin' >archive-pass
echo 'gander unwoven epic sulphur mocha tidy' >age-pass
printf '[security]\nstate_dir = "%s"\n' "$work/state" >config.toml
head -c 3000000 /dev/urandom >extra
common=(--config config.toml --network devnet --non-interactive --yes)
"$bin/secrets-admin" "${common[@]}" init secrets.bin --new-passphrase-from file:store-pass
"$bin/wallet-backup" "${common[@]}" create extra --store secrets.bin --out one.srb --reason rage --archive-passphrase-from file:archive-pass

# same FILE: what rage gave back is what went in.
same() {
    rm -rf out && mkdir out && tar -x -C out -f "$1"
    cmp "$(find out -name secrets.bin)" secrets.bin
    cmp "$(find out -name extra)" extra
}

age-keygen -o key 2>/dev/null
"$bin/wallet-backup" "${common[@]}" export one.srb --age --recipient "$(age-keygen -y key)" --out one.age --archive-passphrase-from file:archive-pass
rage -d -i key -o one.tar one.age
same one.tar
"$bin/wallet-backup" "${common[@]}" export one.srb --age --age-passphrase-from file:age-pass --out two.age --archive-passphrase-from file:archive-pass
(sleep 2; cat age-pass; sleep 8) | PINENTRY_PROGRAM='' script -qec 'rage -d -o two.tar two.age' /dev/null >seen
same two.tar
# One bit in the middle.
python3 - one.age <<'EOF'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(1_000_000)
    byte = file.read(1)[0]
    file.seek(1_000_000)
    file.write(bytes([byte ^ 1]))
EOF
if rage -d -i key -o bad.tar one.age 2>/dev/null; then echo "rage.sh: error: a damaged export was opened" >&2; exit 1; fi
echo "rage.sh: $(rage --version): opened by a key and by a passphrase, every byte the same"
