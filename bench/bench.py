#!/usr/bin/env python3
"""Speed and memory of `secrets-admin` beside the Debian `argon2` program, `age -d`, `dd` and a bare clap program.

Prints one markdown table: what was measured, the pass line, the figure, and whether it holds; exit 1 when one does not.
Nothing here is a timed test: run it on a quiet machine. Needs a release build, root for nothing, and from Debian: argon2,
age, valgrind, time. Stores are made by the example `fill_store`:

    cargo run --release --example fill_store -- FILE COUNT SIZE --kdf KIB,N,N --passphrase-file PATH

which writes COUNT secrets `bench.secret.000001` ... of SIZE bytes each for devnet. "Not KDF" at 10 secrets is a store whose KDF costs nothing
(m=8,t=1,p=1: readers have no floor), at 100,000 what is left of a real derivation (64 MiB) taken off.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import compare as side

ROOT = pathlib.Path(__file__).resolve().parents[1]
FREE = "8,1,1"
REAL = "65536,3,1"
# What an archive for devnet is made with.
DEVNET = "19456,2,1"
PASSPHRASE = "a passphrase of the benchmark, long enough"
SECTIONS = ["kdf", "sizes", "start", "passphrases", "hostile", "audit", "gate", "keys", "backup"]
# The programs that a section measures beside ours, or with.
BESIDE = {
    "kdf": ["argon2"],
    "sizes": ["age", "age-keygen", "dd"],
    "start": ["valgrind"],
    "backup": ["age", "age-keygen", "rage", "restic", "gpg", "openssl", "dd"],
}
# The sections that make stores.
STORES = ["kdf", "sizes", "start", "hostile", "backup"]
TOOLS = ["secrets-admin", "wallet-backup", "key-rotate", "validate-config"]
# Inputs on which strength estimators are slow: repeats, keyboard walks, dates, near-words, and their mixtures.
SLOW_PASSPHRASES = [
    "a" * 100,
    "abcdefghij" * 10,
    "qwertyuiop" * 10,
    "1qaz2wsx3edc" * 8,
    "p4ssw0rd" * 12,
    "20112011" * 12,
    "aB1!" * 25,
    "4@8({[<369&#!1/|0$5+7%2" * 4,
    "".join(chr(33 + (i * 37) % 94) for i in range(100)),
    "".join(chr(33 + (i * i * 7 + i) % 94) for i in range(1024)),
    "ß" * 100,
    "dragon monkey letmein " * 400,
]

# What an operator of a mainnet signer has: 60 keys, none of them wrong.
GATE_CONFIG = """
[service]
network = "mainnet"
active_profile = "signer-01"
node_rpc_url = "grpc://127.0.0.1:16110"
data_dir = "DATA"
use_encrypted_secrets = true
secrets_file = "DATA/secrets.bin"
key_audit_log_path = "DATA/key-audit.log"
passphrase_rotation_enabled = true
passphrase_rotation_warn_days = 60
passphrase_rotation_error_days = 90
allow_schema_wipe = false
[service.node_rpc_circuit_breaker]
failure_threshold = 5
open_duration_secs = 30
success_threshold = 2
[service.pskt]
sig_op_count = 2
fee_payment_mode = "recipient_pays"
redeem_script_hex = "SCRIPT"
[service.hd]
key_type = "raw_private_key"
required_sigs = 2
derivation_path = "m/45'/111110'/0'"
[runtime]
test_mode = false
session_timeout_seconds = 60
session_expiry_seconds = 600
crdt_gc_interval_seconds = 600
crdt_gc_ttl_seconds = 86400
[signing]
backend = "threshold"
[rpc]
addr = "127.0.0.1:8088"
enabled = true
rate_limit_rps = 20
rate_limit_burst = 40
[policy]
min_amount_sompi = 100000000
max_amount_sompi = 100000000000
max_daily_volume_sompi = 1000000000000
require_reason = true
[group]
network_id = 1
threshold_m = 2
threshold_n = 3
member_pubkeys = ["KEY1", "KEY2", "KEY3"]
fee_rate_sompi_per_gram = 1
finality_blue_score_threshold = 100
dust_threshold_sompi = 600
min_recipient_amount_sompi = 1000
session_timeout_seconds = 60
[two_phase]
proposal_timeout_ms = 5000
commit_quorum = 2
min_input_score_depth = 0
revalidate_inputs_on_commit = true
[iroh]
peer_id = "signer-01"
network_id = 1
bind_port = 11205
bootstrap = []
[iroh.discovery]
enable_pkarr = false
enable_dns = false
[profiles.signer-01]
[security]
network = "mainnet"
secret_cache_ttl = "5m"
env_secrets = false
[audit]
mode = "enforce"
[rotation]
identity_max_age = "365d"
[backup]
max_age = "7d"
[recovery]
max_attempts = 5
""".replace("SCRIPT", "52" + "".join("20" + f"{n:02x}" * 32 for n in (1, 2, 3)) + "53ae")
for _n in (1, 2, 3):
    GATE_CONFIG = GATE_CONFIG.replace(f"KEY{_n}", f"{_n:02x}" * 32)


class Table:
    """Rows of the answer and whether all hold."""

    def __init__(self):
        self.rows, self.failed = [], 0

    def add(self, what, line, limit, value, unit, note=""):
        holds = value <= limit
        self.failed += not holds
        self.rows.append([what, line, f"{value:,.3f}" if unit == "x" else f"{value:,.1f} {unit}", "yes" if holds else "**no**", note])

    def show(self):
        head = ["what", "pass line", "measured", "holds", "beside it"]
        print("| " + " | ".join(head) + " |\n|---|---|---:|---|---|")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")


class Bench:
    """The scratch directory, the binaries, and one method per section of the table."""

    def __init__(self, options, home):
        self.options, self.home, self.table = options, home, Table()
        self.bin = home / "bin"
        self.install(options.bin)
        self.tool = str(self.bin / "secrets-admin")
        self.write("pw", PASSPHRASE)
        self.write("value", "v" * 200)
        (home / "state").mkdir(mode=0o700)
        self.write("config.toml", f'[security]\nstate_dir = "{home / "state"}"\n')
        self.common = ["--config", str(home / "config.toml"), "--network", "devnet", "--non-interactive", "--yes"]
        self.opening = ["--passphrase-from", f"file:{home / 'pw'}"]

    def install(self, built):
        """Copies the programs, as an installation does.

        What the linker has just written lies in the page cache in single pages, of which fewer are mapped at a fault."""
        self.bin.mkdir()
        for name in TOOLS:
            shutil.copy(built / name, self.bin / name)

    def write(self, name, text):
        path = self.home / name
        path.touch(mode=0o600)
        path.write_text(text)

    def words(self, *words):
        return [self.tool, *self.common, *words, *self.opening]

    def store(self, name, count, kdf):
        """A store made by the example; size in MiB comes back."""
        path = self.home / name
        if not path.exists():
            program = self.options.fill_store
            command = [str(program), str(path), str(count), "200", "--kdf", kdf]
            done = subprocess.run([*command, "--passphrase-file", str(self.home / "pw")], check=False)
            if done.returncode != 0:
                sys.exit(f"bench: error: {program}: exit {done.returncode}")
        return path, path.stat().st_size / 2**20

    def run(self, commands, rounds=None, **more):
        # What was made before is on its way to the disk, and would be waited for by whoever syncs next.
        os.sync()
        return side.compare(commands, rounds or self.options.rounds, cwd=self.home, **more)

    def kdf(self):
        """`get` of one secret against the argon2 program with the same parameters."""
        for mib in (64, 256):
            path, _ = self.store(f"kdf{mib}.bin", 10, f"{mib * 1024},3,1")
            argon = ["argon2", "0123456789abcdef0123456789abcdef", "-id", "-t", "3", "-k", str(mib * 1024), "-p", "1"]
            found = self.run(
                {
                    "get": (self.words("get", str(path), "bench.secret.000001"), None),
                    "argon2": ([*argon, "-l", "64", "-r"], str(self.home / "pw")),
                }
            )
            get, peer = found["get"], found["argon2"]
            note = f"get {get.median_wall() * 1e3:.0f} ms, argon2 {peer.median_wall() * 1e3:.0f} ms"
            self.table.add(f"get, {mib} MiB t=3 p=1, to argon2", "<= 0.90 x", 0.90, get.ratio(peer), "x", note)
            self.table.add(
                f"memory over the KDF's, {mib} MiB", "<= 3 x file + 10 MiB", 10.1, get.rss - mib, "MiB", f"peer {peer.rss - mib:.1f} MiB"
            )

    def sizes(self):
        """What is not KDF, at 10 and 100,000 secrets, beside age and dd."""
        identity = self.home / "age.key"
        subprocess.run(["age-keygen", "-o", str(identity)], check=True, stderr=subprocess.DEVNULL)
        public = re.search(r"public key: (\S+)", identity.read_text())[1]
        # The signature of a large store is checked while its key is derived, so what it costs is seen only beside a real
        # derivation: the same command on a small store with the same costs is taken off.
        small, _ = self.store("real10.bin", 10, REAL)
        for count, get_limit, kdf in ((10, 5.0, FREE), (self.options.many, 60.0, REAL)):
            path, size = self.store(f"n{count}.bin", count, kdf)
            sealed = self.home / f"n{count}.age"
            subprocess.run(["age", "-r", public, "-o", str(sealed), str(path)], check=True)
            # A store of its own: a copy of the first would share its identity, and be a rollback of it or the reverse.
            copy, _ = self.store(f"set{count}.bin", count, kdf)
            copied = self.home / "dd.out"
            found = self.run(
                {
                    "get": (self.words("get", str(path), "bench.secret.000001"), None),
                    "kdf": (self.words("get", str(small), "bench.secret.000001"), None),
                    "list": (self.words("list", str(path)), None),
                    "set": (self.words("set", str(copy), "bench.new", "--from", f"file:{self.home / 'value'}", "--no-kdf-upgrade"), None),
                    "age -d": (["age", "-d", "-i", str(identity), "-o", os.devnull, str(sealed)], None),
                    "spawn": (["/bin/true"], None),
                    "dd": (["dd", f"if={path}", f"of={copied}", "bs=1M", "conv=fsync"], None),
                }
            )
            get, put, peer, disk = (found[label] for label in ("get", "set", "age -d", "dd"))
            what = f"{count:,} secrets, {size:.2f} MiB"
            beside = {"age -d": peer, "list": found["list"], "/bin/true": found["spawn"]}
            age = ", ".join(f"{label} {one.median_wall() * 1e3:.1f} ms" for label, one in beside.items())
            derivation = found["kdf"].median_wall() * 1e3 if kdf == REAL else 0.0
            over = get.median_wall() * 1e3 - derivation
            self.table.add(f"get without KDF, {what}", f"<= {get_limit:.0f} ms", get_limit, over, "ms", age)
            rss = max(get.rss, put.rss) - (64.0 if kdf == REAL else 0.0)
            note = f"get {get.rss:.1f}, set {put.rss:.1f}, age {peer.rss:.1f} MiB"
            self.table.add(f"memory, {what}", "<= 3 x file + 10 MiB", 3 * size + 10, rss, "MiB", note)
            if count > 10:
                note = f"dd {disk.median_wall() * 1e3:.1f} ms"
                self.table.add(f"set without KDF, {what}", "<= 200 ms", 200.0, put.median_wall() * 1e3 - derivation, "ms", note)
                ratio = (put.median_wall() * 1e3 - derivation) / (disk.median_wall() * 1e3)
                self.table.add(f"set to dd conv=fsync, {what}", "<= 4 x", 4.0, ratio, "x", note)

    def start(self):
        """Instructions of --version, and `info` against a bare clap program."""
        log = self.home / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={log}"]
        counts = {}
        for label, program in {"ours": self.tool, "bare clap": str(self.options.bare_clap)}.items():
            done = subprocess.run([*command, program, "--version"], capture_output=True, check=False)
            found = re.search(rb"Collected : (\d+)", done.stderr)
            if done.returncode != 0 or not found:
                sys.exit(f"bench: error: callgrind of {program}: exit {done.returncode}: {done.stderr[-300:]!r}")
            counts[label] = int(found[1])
        note = f"bare clap {counts['bare clap']:,}"
        self.table.add("--version", "<= 450,000 instructions", 450_000, counts["ours"], "", note)
        path, _ = self.store("n10.bin", 10, FREE)
        found = self.run(
            {
                "info": ([self.tool, *self.common, "info", str(path)], None),
                "bare clap": ([str(self.options.bare_clap), "info", str(path)], None),
            },
            rounds=10 * self.options.rounds,
        )
        ours, bare = found["info"], found["bare clap"]
        note = f"info {ours.median_wall() * 1e3:.2f} ms, bare {bare.median_wall() * 1e3:.2f} ms"
        self.table.add("info to a bare clap program", "<= 2 x", 2.0, ours.ratio(bare), "x", note)

    def passphrases(self):
        """The slowest passphrase check: an `init --dry-run` on mainnet less the start of the program."""
        commands = {"start": ([self.tool, "--version"], None)}
        for number, text in enumerate(SLOW_PASSPHRASES):
            self.write(f"weak{number}", text[:1000])
            words = ["--config", str(self.home / "config.toml"), "--network", "mainnet", "--non-interactive", "--dry-run"]
            words += ["init", str(self.home / "never.bin"), "--new-passphrase-from", f"file:{self.home / f'weak{number}'}"]
            commands[f"weak{number}"] = ([self.tool, *words], None)
            # Most of them are refused; that is their job.
            side.FAILURES_WANTED.add(f"weak{number}")
        found = self.run(commands, rounds=max(3, self.options.rounds // 3), rss=0)
        start = found.pop("start").median_wall()
        for label, one in found.items():
            if one.code not in (0, 16, 2):
                sys.exit(f"bench: error: {label}: exit {one.code}: {one.said.strip()}")
        # Behind one that is accepted a key is derived, also by a dry run: not what is measured here.
        found = {label: one for label, one in found.items() if one.code == 16}
        worst, one = max(found.items(), key=lambda pair: statistics.median(pair[1].wall))
        slowest = (one.median_wall() - start) * 1e3
        self.table.add("slowest passphrase check", "<= 50 ms", 50.0, slowest, "ms", f"{worst} of {len(found)}")

    def hostile(self):
        """Costs that would take all memory or a day, refused before anything is derived (P13)."""
        path, _ = self.store("real10.bin", 10, REAL)
        genuine = path.read_bytes()
        costs = b"\x1a" + (65536).to_bytes(4, "big")
        if genuine.count(costs) != 1:
            sys.exit("bench: error: the costs do not stand in the store exactly once")
        commands = {}
        for label, m_kib in (("beyond the format", 2**32 - 1), ("4 GiB", 4 << 20)):
            forged = self.home / f"hostile{m_kib}.bin"
            forged.touch(mode=0o600)
            forged.write_bytes(genuine.replace(costs, b"\x1a" + m_kib.to_bytes(4, "big")))
            commands[label] = (self.words("get", str(forged), "bench.secret.000001"), None)
            side.FAILURES_WANTED.add(label)
        for label, one in self.run(commands).items():
            if one.code != 13:
                sys.exit(f"bench: error: {label}: exit {one.code}: {one.said.strip()}")
            self.table.add(f"hostile costs, {label}: time", "<= 50 ms", 50.0, one.median_wall() * 1e3, "ms")
            self.table.add(f"hostile costs, {label}: memory", "<= 20 MiB", 20.0, one.rss, "MiB")

    def gate(self):
        """`validate-config` on a configuration of 60 keys, with the files it names, and on one of 10,000 lines, beside its --version."""
        tool = str(self.bin / "validate-config")
        data = self.home / "igra"
        data.mkdir(mode=0o700)
        # The format records no network, and on devnet any passphrase may be chosen.
        made = [self.tool, *self.common, "init", str(data / "secrets.bin"), "--format", "igra", *self.opening]
        done = subprocess.run(made, check=False, stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"bench: error: init: exit {done.returncode}")
        lines = GATE_CONFIG.replace("DATA", str(data)).strip().splitlines()
        keys = sum("=" in line for line in lines)
        if keys != 60:
            sys.exit(f"bench: error: {keys} keys in the configuration of the gate, not 60")
        self.write("gate.toml", "\n".join(lines) + "\n")
        domain = ("[[hyperlane.domains]]", "domain = 1", "threshold = 2", 'mode = "message_id_multisig"')
        large = [*lines, *(line for _ in range(2_500) for line in domain)]
        self.write("large.toml", "\n".join(large[:10_000]) + "\n")
        name, large_name = str(self.home / "gate.toml"), str(self.home / "large.toml")
        # They find something, as on a host without a unit and with a file that was not unlocked.
        side.FAILURES_WANTED.update({"no host", "host", "large"})
        found = self.run(
            {
                "version": ([tool, "--version"], None),
                "no host": ([tool, name, "--no-host"], None),
                "host": ([tool, name], None),
                "large": ([tool, large_name, "--no-host"], None),
            },
            rounds=self.options.rounds * 3,
        )
        for label, one in found.items():
            if one.code != (0 if label == "version" else 1):
                sys.exit(f"bench: error: gate, {label}: exit {one.code}: {one.said.strip()[:200]}")
        version = found["version"]
        note = f"--version {version.median_wall() * 1e3:.1f} ms"
        self.table.add("gate, 60 keys, --no-host, to --version", "<= 1.50 x", 1.50, found["no host"].ratio(version), "x", note)
        self.table.add("gate, 60 keys, with the host", "<= 15 ms", 15.0, found["host"].median_wall() * 1e3, "ms")
        self.table.add("gate, 10,000 lines", "<= 100 ms", 100.0, found["large"].median_wall() * 1e3, "ms")
        self.table.add("gate, peak memory", "<= 16 MiB", 16.0, max(one.rss for one in found.values()), "MiB")

    def backup(self):
        """An archive of 1 GiB beside age and others, in bounded memory; what is durable beside dd; and one of 10 KiB."""
        tool = str(self.bin / "wallet-backup")
        store, _ = self.store("backup.bin", 10, FREE)
        big, small = self.home / "big", self.home / "small"
        for path, count in ((big, 1 << 20), (small, 10)):
            if not path.exists():
                subprocess.run(["dd", "if=/dev/urandom", f"of={path}", "bs=1K", f"count={count}", "status=none"], check=True)
                path.chmod(0o600)
        self.write("archive-pw", "another passphrase of the bench")
        identity = self.home / "backup.key"
        subprocess.run(["age-keygen", "-o", str(identity)], check=True, stderr=subprocess.DEVNULL)
        public = re.search(r"public key: (\S+)", identity.read_text())[1]
        opening = ["--archive-passphrase-from", f"file:{self.home / 'archive-pw'}"]

        def create(path, out):
            return [tool, *self.common, "create", str(path), "--store", str(store), "--reason", "bench", *opening, "--out", str(out)]

        def anew(target, *words):
            """The command, after the target of the round before is gone."""
            return ["sh", "-c", 'rm -rf "$0" && exec "$@"', str(target), *words]

        out, sealed = self.home / "big.archive", self.home / "big.age"
        subprocess.run(create(big, out), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(["age", "-r", public, "-o", str(sealed), str(big)], check=True)
        rounds = max(5, self.options.rounds // 3)
        # It writes to no pipe: a new repository on the disk each time, with its key derivation, without compression.
        self.write("restic-pw", "a third passphrase of the bench")
        restic = f"restic --no-cache --quiet --compression off --repo {self.home / 'restic'} --password-file {self.home / 'restic-pw'}"
        durable, restored, copied = (self.home / name for name in ("durable.archive", "restored", "copied"))
        found = self.run(
            {
                "create": (create(big, "-"), None),
                "age": (["age", "-r", public, "-o", "/dev/null", str(big)], None),
                "verify": ([tool, *self.common, "verify", str(out), *opening], None),
                "age -d": (["age", "-d", "-i", str(identity), "-o", "/dev/null", str(sealed)], None),
                "to disk": (anew(durable, *create(big, durable)), None),
                "restore": (anew(restored, tool, *self.common, "restore", str(out), "--to", str(restored), *opening), None),
                "dd": (anew(copied, "dd", f"if={big}", f"of={copied}", "bs=1M", "conv=fsync", "status=none"), None),
                "gpg": (["gpg", "--batch", "--yes", "--passphrase", "x", "--compress-algo", "none", "-o", "/dev/null", "-c", str(big)], None),
                "rage": (["rage", "-r", public, "-o", "/dev/null", str(big)], None),
                "openssl": (["openssl", "enc", "-chacha20", "-pbkdf2", "-pass", "pass:x", "-in", str(big), "-out", "/dev/null"], None),
            },
            rounds=rounds,
        )
        # By itself: what it leaves the disk to do would be counted for whoever comes next.
        repository = ["sh", "-c", f'rm -rf "$0" && {restic} init && {restic} backup "$1"', str(self.home / "restic"), str(big)]
        found |= self.run({"restic": (repository, None)}, rounds=3)
        shutil.rmtree(self.home / "restic")
        ours, age, back, disk = (found[name] for name in ("create", "age", "age -d", "dd"))
        others = ", ".join(f"{name} {found[name].median_wall():.2f} s" for name in ("age", "rage", "gpg", "openssl"))
        self.table.add("archive of 1 GiB to a pipe, to age", "<= 0.65 x", 0.65, ours.ratio(age), "x", f"{ours.median_wall():.2f} s; {others}")
        self.table.add("its processor time, to age", "<= 1.25 x", 1.25, ours.cpu_ratio(age), "x")
        note = f"{found['verify'].median_wall():.2f} s, age -d {back.median_wall():.2f} s"
        self.table.add("its verification, to age -d", "<= 0.65 x", 0.65, found["verify"].ratio(back), "x", note)
        for what, name in (("the same, durable on disk", "to disk"), ("its restoration, durable on disk", "restore")):
            note = f"{found[name].median_wall():.2f} s, dd {disk.median_wall():.2f} s"
            if name == "to disk":
                note += f", restic {found['restic'].median_wall():.2f} s with a new repository"
            self.table.add(f"{what}, to dd conv=fsync", "<= 1.05 x", 1.05, found[name].ratio(disk), "x", note)
        most = max(found[name].rss for name in ("create", "verify", "to disk", "restore"))
        self.table.add("memory over the KDF's, 1 GiB", "<= 16 MiB", 16.0, most - 19, "MiB", f"age {age.rss:.1f} MiB")

        # What a derivation at the archive's costs takes is the difference of two stores that differ in nothing else.
        dear, _ = self.store("dear.bin", 10, DEVNET)
        get = lambda path: (self.words("get", str(path), "bench.secret.000001"), None)
        found = self.run({"small": (create(small, "-"), None), "dear": get(dear), "free": get(store)})
        derivation = found["dear"].median_wall() - found["free"].median_wall()
        over = (found["small"].median_wall() - derivation) * 1e3
        self.table.add("archive of 10 KiB, without KDF", "<= 10 ms", 10.0, over, "ms", f"KDF {derivation * 1e3:.0f} ms")

    def audit(self):
        """Appends to a log in batches of 1,000, and verifies it; by processor time, which a busy machine disturbs least."""
        home = self.home / "audit"
        home.mkdir(mode=0o700)
        done = subprocess.run([self.options.audit_speed, home, str(self.options.records)], stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: error: {self.options.audit_speed}: exit {done.returncode}")
        found = json.loads(done.stdout)
        for what, line, limit in (("append", "<= 10 us an event", 10.0), ("verify", "<= 1 us an event", 1.0)):
            cpu, wall = (found[f"{what}_{clock}"] for clock in ("cpu", "wall"))
            note = f"{cpu:,.0f} events/s of processor time, {wall:,.0f} by the clock"
            self.table.add(f"audit log, {what}, {found['records']:,} records", line, limit, 1e6 / cpu, "us", note)

    def keys(self):
        """A thousand managed keys: rotated in one commit, and checked without a passphrase."""
        home = self.home / "keys"
        home.mkdir(mode=0o700)
        done = subprocess.run([self.options.key_speed, home, "1000"], stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: error: {self.options.key_speed}: exit {done.returncode}")
        found = json.loads(done.stdout)
        over = (found["rotate"] - found["open"]) * 1e3
        note = f"{found['rotate'] * 1e3:.0f} ms, of which opening {found['open'] * 1e3:.0f}"
        self.table.add("rotate 1,000 Ed25519 keys, over opening", "<= 150 ms", 150.0, over, "ms", note)
        for kind in ("ed25519", "schnorr"):
            each = 1e6 / found[f"{kind}_per_second"]
            note = f"{found[f'{kind}_per_second']:,.0f} a second"
            self.table.add(f"signature, {kind}, library", "<= 100 us", 100.0, each, "us", note)
        store = home / "keys.store"
        tool = pathlib.Path(self.tool).with_name("key-rotate")
        header = subprocess.run([self.tool, "info", store, "--json", *self.common], stdout=subprocess.PIPE, check=True)
        trust = json.loads(header.stdout)["store_key"]
        words = [tool, "check", store, *self.common, "--trust", trust]
        # Exit 0: none of them is due; the time is that of the whole process.
        run = self.run({"check": ([str(word) for word in words], None)})["check"]
        self.table.add("check of 1,000 keys", "<= 15 ms", 15.0, run.median_wall() * 1e3, "ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(os.environ.get("STRONGROOM_BIN", target / "release")))
    parser.add_argument("--fill-store", type=pathlib.Path, default=target / "release/examples/fill_store")
    parser.add_argument("--bare-clap", type=pathlib.Path, default=ROOT / "bench/bare-clap/target/release/bare-clap")
    parser.add_argument("--key-speed", type=pathlib.Path, default=target / "release/examples/key_speed")
    parser.add_argument("--audit-speed", type=pathlib.Path, default=target / "release/examples/audit_speed")
    parser.add_argument("--records", type=int, default=500_000, help="records in the audit log")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--many", type=int, default=100_000, help="secrets in the large store")
    parser.add_argument("--only", action="append", choices=SECTIONS)
    options = parser.parse_args()
    sections = options.only or SECTIONS
    for tool in ["/usr/bin/time", *(tool for section in sections for tool in BESIDE.get(section, ()))]:
        if shutil.which(tool) is None:
            sys.exit(f"bench: error: missing: {tool} (apt-get install argon2 age restic gpg openssl valgrind time; cargo install --locked rage)")
    for path, how, section in (
        *((options.bin / tool, "cargo build --locked --release", None) for tool in TOOLS),
        *((options.fill_store, "cargo build --locked --release --example fill_store", section) for section in STORES),
        (options.audit_speed, "cargo build --locked --release --example audit_speed", "audit"),
        (options.key_speed, "cargo build --locked --release --example key_speed", "keys"),
        (options.bare_clap, "cd bench/bare-clap && cargo build --locked --release", "start"),
    ):
        if section in (None, *sections) and not path.is_file():
            sys.exit(f"bench: error: missing: {path} ({how})")
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        bench = Bench(options, pathlib.Path(home))
        for section in sections:
            getattr(bench, section)()
    bench.table.show()
    return 1 if bench.table.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
