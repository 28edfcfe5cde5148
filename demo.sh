#!/usr/bin/env bash
# The main job on a throw-away store: init, set, list, check, get. Needs cargo and a C compiler, touches nothing outside
# the build directory and one temporary directory, which it removes. Ends with the commands for a real mainnet store.
set -euo pipefail
cd "$(dirname "$0")"
for tool in cargo cc; do
    command -v "$tool" >/dev/null || { echo "demo: error: missing: $tool" >&2; exit 1; }
done
echo "building (the first time takes a few minutes) ..."
cargo build --locked --quiet --bin secrets-admin
bin=${CARGO_TARGET_DIR:-$PWD/target}/debug
[[ $bin == /* ]] || bin=$PWD/$bin
export PATH=$bin:$PATH

# The demonstration reads no configuration, credentials or memory of this host.
unset CREDENTIALS_DIRECTORY STATE_DIRECTORY
umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/strongroom-demo-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir state
printf '[security]\nstate_dir = "%s/state"\n' "$work" >demo.toml
printf 'rehearsal only' >demo.pass
printf 'demo wallet secret, not for mainnet' >wallet.txt
printf 'demo payment secret, not for mainnet' >payment.txt

run() {
    printf '\n$ %s\n' "$*"
    "$@" --config demo.toml --network devnet --passphrase-from file:demo.pass
}
printf '\nEvery command below also has: --config demo.toml --network devnet --passphrase-from file:demo.pass\n'
run secrets-admin init demo.bin
run secrets-admin set demo.bin igra.hd.wallet_secret --from file:wallet.txt
run secrets-admin set demo.bin igra.hd.payment_secret --from file:payment.txt
run secrets-admin list demo.bin
run secrets-admin check demo.bin
run secrets-admin get demo.bin igra.hd.payment_secret --json --reveal

cat <<'END'

It works. For a real store, on the host that will use it, without any of those flags: everything is asked for.
The network is mainnet unless you say otherwise.

  secrets-admin init mainnet-secrets.bin --generate
  secrets-admin set mainnet-secrets.bin igra.hd.wallet_secret
  secrets-admin set mainnet-secrets.bin igra.hd.payment_secret
  secrets-admin keyslot add mainnet-secrets.bin --label recovery --generate
  secrets-admin check mainnet-secrets.bin --network mainnet
END
