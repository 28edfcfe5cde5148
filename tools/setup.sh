#!/usr/bin/env bash
# Installs what the tests need, by name, with the functions that .ci/run uses: Debian packages (root, only if one is missing)
# and, into target/ci-venv, the Python packages of the independent readers and the cargo tools. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/lib.sh
check_rust
install_apt
install_pip target/ci-venv
echo "setup: done; before running the tests: . target/ci-venv/bin/activate"
