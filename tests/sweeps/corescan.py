#!/usr/bin/env python3
"""Looks for secrets in the memory of a command at its very end.

Every command of `cases/*.json`, and the reading ones, is run to its last moment (see tracee.py) on success, with a wrong
passphrase, interrupted and terminated during the KDF, and at a prompt. All of its memory is searched for the passphrases
and values of the scene as they are, in UTF-16, hex and base64, for parts of them, and for every key of the store before
and after the command. One copy fails the run. Positive controls must be found, a wiping control must not.

With the same tools: nobody of the same uid can trace the process or read its memory, it is not dumpable, and SIGABRT and
SIGSEGV leave no core file. Promises P18 and P23.
"""

import argparse
import fcntl
import json
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import termios
import time

import standin
import sweep
import tracee

try:
    import keys
except ImportError as error:
    sweep.die(f"missing: {error.name} (pip install -r tests/readers/requirements.txt)")

WRONG = {"wrong": "wrong-Passphrase-Tc68oR-of-the-sweep"}
TYPED = "typed-Passphrase-Gq17eX-of-the-sweep"
SLOW_KDF = "m=262144,t=4,p=1"
# The KDF is running once this much of its memory is there.
KDF_SEEN = 100 << 20
NOBODY = 65534
P = ["--passphrase-from", "file:in/pw"]
A = ["--archive-passphrase-from", "file:in/pw2"]
DERIVED = ["--kind", "ed25519", "--role", "signing"]
# From 1 MiB on a payload is encrypted and authenticated by several threads, each with a stack of its own.
SET_LARGE = ["set", "s.bin", "large", "--from", "file:in/large", *P]
READERS = {
    "get": ["get", "s.bin", "a.key", *P],
    "get-json": ["get", "s.bin", "a.key", "--json", *P],
    "get-hex": ["get", "s.bin", "a.key", "--encoding", "hex", *P],
    "list": ["list", "s.bin", *P],
    "get-large": ["get", "s.bin", "large", *P, "--out", "out"],
    "set-large": SET_LARGE,
    "list-long": ["list", "s.bin", "--long", *P],
    "info": ["info", "s.bin"],
    "verify": ["verify", "s.bin", *P],
    "check": ["check", "s.bin", *P],
    # It reads the state of the log, which has a key in it.
    "gate": ["validate-config", "--store", "s.bin", "--no-host"],
    "keyslot-list": ["keyslot", "list", "s.bin", *P],
    "key-sign": ["key-rotate", "key", "sign", "s.bin", "signer", "--in", "config.toml", *P],
    "key-sign-secp256k1": ["key-rotate", "key", "sign", "s.bin", "wallet", "--in", "config.toml", *P],
    "key-derive": ["key-rotate", "key", "derive", "s.bin", "child", "--from-key", "wrap", "--label", "sweep.v1", *DERIVED, *P],
    "key-history": ["key-rotate", "history", "s.bin", "signer", *P],
    "backup-verify": ["wallet-backup", "verify", "a.srb", "--store", "s.bin", *A],
    "backup-drill": ["wallet-backup", "drill", "a.srb", "--store", "s.bin", *A, *P],
    "backup-export": ["wallet-backup", "export", "a.srb", "--age", "--out", "a.age", "--age-passphrase-from", "file:in/pw", *A],
}
# What else a reader finds there.
KEYS = [
    ["key-rotate", "key", "create", "s.bin", *words, *P]
    for words in (
        ["signer", "--kind", "ed25519", "--role", "identity"],
        ["wallet", "--kind", "secp256k1", "--role", "wallet"],
        ["wrap", "--kind", "symmetric-32", "--role", "wrap"],
    )
]
ARCHIVE = [["wallet-backup", "create", "--store", "s.bin", "--no-config", "--out", "a.srb", "--reason", "sweep", *A]]
# Interrupted in the KDF in the short form too; these must have been seen in it.
SHORT_SIGNALS = ["get", "set-existing", "passphrase-change"]
# These may answer from what stands outside the encryption.
MAY_STAY_SHUT = {"keyslot-list", "check"}
CONTROL = """
import os, sys, mmap, signal
m = mmap.mmap(-1, 8192)
if sys.argv[2] == "undumped": m.madvise(16)
f = os.open(sys.argv[1], os.O_RDONLY); n = os.preadv(f, [memoryview(m)[:4096]], 0)
if sys.argv[2] == "wiped": m[:4096] = bytes(4096)
if sys.argv[2] == "killed": os.kill(os.getpid(), signal.SIGTERM)
os._exit(0)
"""


class Scan:
    """One scene per command; collects rows for the table and what went wrong."""

    def __init__(self, program, base, options):
        self.program, self.base, self.options = program, base, options
        self.rows, self.bad, self.report = [], [], []
        self.looked_for = 0

    def scene(self, case, kdf=None):
        """A fresh folder after the set-up of a case, and the words of its command."""
        folder = self.base / "scene"
        shutil.rmtree(folder, ignore_errors=True)
        sweep.furnish(folder, inputs={**sweep.INPUTS, **WRONG})
        swap = lambda words: [kdf if kdf and word == sweep.CHEAP_KDF else word for word in words]
        if case.get("large"):
            sweep.write_private(folder / "in" / "large", b"L" * 2**20)
        sweep.furnish_sized(folder, case.get("sized", {}))
        for name, source in case.get("copy", {}).items():
            sweep.write_private(folder / name, (sweep.ROOT / source).read_bytes())
        steps = [swap(step) if isinstance(step, list) else step for step in case["setup"]]
        sweep.furnish_steps(self.program, folder, steps)
        return folder, swap(case["op"])

    def needles(self, folder):
        """Every form of every secret of the scene."""
        found = {}
        for name, text in {**sweep.INPUTS, **WRONG, "typed": TYPED}.items():
            for form, needle in sweep.encodings(text).items():
                found[f"{name}/{form}"] = needle
        # A fragment is as good as the whole: what makes each text unlike the others, and a few characters before it.
        for name, text in {**sweep.INPUTS, **WRONG, "typed": TYPED}.items():
            found[f"{name}/part"] = re.search(r".{8}[A-Z][a-z]\d\d[a-z][A-Z]", text)[0].encode()
        return found | self.keys(folder)

    def keys(self, folder):
        """Every key of every store of the scene, by `keys`."""
        found = {}
        for store in sorted([*folder.glob("*.bin"), *folder.glob("*.srb")]):
            if not store.read_bytes().startswith((b"\x89SRS", b"\x89SRB", b"ISEC")):
                continue
            for number, half in enumerate(keys.halves(store, [sweep.INPUTS["pw"], sweep.INPUTS["pw2"]])):
                for form, needle in sweep.encodings(half).items():
                    if not form.startswith("b64"):
                        found[f"{store.stem}.key{number}/{form}"] = needle
        for state in sorted(folder.glob("*.audit.jsonl.state")):
            for number, half in enumerate(keys.audit_halves(state)):
                for form, needle in sweep.encodings(half).items():
                    if not form.startswith("b64"):
                        found[f"{state.stem}.audit{number}/{form}"] = needle
        self.looked_for = max(self.looked_for, len(found))
        return found

    def note(self, name, how, seen, expected):
        """Adds a row; a copy, another exit code or an empty scan is a failure."""
        hits = {needle: number for needle, number in seen.hits.items() if number}
        why = []
        if hits:
            why.append("copies: " + ", ".join(f"{needle} x{number}" for needle, number in hits.items()))
        if expected is not None and seen.code not in expected:
            why.append(f"exit {seen.code}, expected {expected}: {seen.output[-160:]!r}")
        if seen.late:
            why.append("did not end by itself")
        if seen.scanned == 0:
            why.append("nothing was scanned")
        if getattr(seen, "echo", True) is False:
            why.append("the terminal was left without echo")
        self.row(name, how, seen.code, f"{seen.scanned / 2**20:.1f}", sum(hits.values()), why)

    def row(self, name, how, code, size, copies, why):
        self.rows.append([name, how, code, size, copies, "FAIL" if why else "ok"])
        self.report.append({"case": name, "how": how, "exit": code, "copies": copies, "why": why})
        self.bad += [f"{name} ({how}): {reason}" for reason in why]

    def trace(self, folder, words, more=None, **how):
        """Runs words of the binary under trace."""
        before = self.needles(folder)
        program, words = sweep.tool(self.program, words)
        command = [program, *[w.replace("{dir}", str(folder)) for w in (more or sweep.COMMON)], *words]
        after = lambda: before | {f"new {name}": needle for name, needle in self.keys(folder).items()}
        return tracee.run(command, folder, after, **how)

    def on_success(self, name, case):
        folder, words = self.scene(case)
        self.note(name, "success", self.trace(folder, words), {0, 1} if name in ("check", "gate") else {0})

    def on_error(self, name, case):
        folder, words = self.scene(case)
        opening = [flag for flag in ("--archive-passphrase-from", "--passphrase-from") if flag in words]
        if "export" in words and "--wrapped" in words:
            # The file is new, and any passphrase will do for it; what is opened is the store.
            opening = ["--passphrase-from"]
        if not opening or "create" in words and "--archive-passphrase-from" in opening:
            # Nothing is opened, or the passphrase of an archive that is about to be made is as good as any.
            return
        words[words.index(opening[0]) + 1] = "file:in/wrong"
        expected = {0, 1, 12} if name in MAY_STAY_SHUT else {12}
        self.note(name, "wrong passphrase", self.trace(folder, words), expected)

    def on_signal(self, name, case, which):
        folder, words = self.scene(case, SLOW_KDF)
        if not any(word.startswith("file:in/pw") for word in words):
            return
        sent = []

        def driver(seen, _master):
            if seen.comes(lambda: tracee.resident(seen.pid) > KDF_SEEN):
                sent.append(True)
                tracee.send(seen.pid, which)

        seen = self.trace(folder, words, driver=driver)
        if not sent and name not in SHORT_SIGNALS:
            # It answered without opening the store, so there was nothing to interrupt.
            self.note(name, f"{which.name}: no KDF seen", seen, {0, 1})
            return
        self.note(name, f"{which.name} in the KDF", seen, {128 + which, -which})
        if not sent:
            self.bad.append(f"{name} ({which.name} in the KDF): the KDF was never seen running")

    def at_prompt(self, name, words, how):
        """Types a passphrase at the terminal and ends it with Enter, Ctrl-C, SIGINT or SIGTERM."""
        folder, _ = self.scene({"setup": STORE, "op": []})
        common = ["--config", "{dir}/config.toml", "--network", "devnet", "--yes"]

        def driver(seen, master):
            # A prompt ends its line; a warning before it does not.
            if not seen.comes(lambda: seen.output.endswith(b": "), 10):
                return
            time.sleep(0.1)
            os.write(master, TYPED.encode())
            time.sleep(0.2)
            if how in ("Enter", "Ctrl-C"):
                os.write(master, b"\n" if how == "Enter" else b"\x03")
            else:
                tracee.send(seen.pid, signal.Signals[how])

        seen = self.trace(folder, words, more=common, driver=driver, terminal=True, timeout=30)
        expected = {"Enter": {12}, "Ctrl-C": {130, -2}, "SIGINT": {130, -2}, "SIGTERM": {143, -15}}[how]
        self.note(name, f"prompt, {how}", seen, expected)
        if TYPED.encode() in seen.output:
            self.bad.append(f"{name} (prompt, {how}): the passphrase was echoed")

    def controls(self):
        """What the scan must find, and what it must not."""
        folder, _ = self.scene({"setup": [], "op": []})
        for how, least in {"held": 1, "undumped": 1, "killed": 1, "wiped": 0}.items():
            command = ["/usr/bin/python3", "-ISE", "-c", CONTROL, str(folder / "in" / "v1"), how]
            seen = tracee.run(command, folder, lambda: self.needles(folder))
            found = sum(seen.hits.values())
            wrong = found < least or (least == 0 and found > 0)
            why = [f"found {found}: the scan itself is broken"] if wrong else []
            self.row("control", how, seen.code, f"{seen.scanned / 2**20:.1f}", found, why)
        self.open_store()

    def open_store(self):
        """The binary itself, ended without a chance to wipe while it waits for the lock with the store open."""
        folder, _ = self.scene({"setup": STORE, "op": []})
        held = os.open(folder / "s.bin.lock", os.O_RDWR)
        fcntl.flock(held, fcntl.LOCK_EX)

        def driver(seen, _master):
            if seen.comes(lambda: tracee.holds_open(seen.pid, "s.bin.lock")):
                time.sleep(0.2)
                tracee.send(seen.pid, signal.SIGABRT)

        seen = self.trace(folder, sweep.set_words("b.key", "in/v2"), driver=driver)
        os.close(held)
        want = ["pw/raw", "v2/raw", "s.key0/raw", "s.key8/raw"]
        why = [f"{name} was not found in an open store" for name in want if not seen.hits.get(name)]
        found = sum(seen.hits.values())
        self.row("control", "killed with the store open", seen.code, f"{seen.scanned / 2**20:.1f}", found, why)


STORE = [
    ["init", "s.bin", "--kdf", sweep.CHEAP_KDF, "--new-passphrase-from", "file:in/pw"],
    ["set", "s.bin", "a.key", "--from", "file:in/v1", "--passphrase-from", "file:in/pw"],
]


class Nobody:
    """P23: a command that waits at its prompt, run by an ordinary user."""

    def __init__(self, scan):
        self.scan = scan
        # /tmp itself may be private to root: a fresh place that nobody can walk into.
        self.home = scan.base / "nobody"

    def prepare(self):
        os.chmod(self.scan.base, 0o755)
        self.home.mkdir(mode=0o755)
        tool = self.home / "secrets-admin"
        shutil.copy2(self.scan.program, tool)
        os.chmod(tool, 0o755)
        folder = self.home / "store"
        sweep.furnish(folder)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        self.as_nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        for words in STORE:
            sweep.must(str(tool), folder, words, prefix=self.as_nobody)
        return str(tool), folder

    def waiting(self, command, folder):
        """Starts a command at a terminal of its own and waits until it asks; with what it printed where it did not."""
        master, slave = os.openpty()

        def child():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        process = subprocess.Popen(
            [*self.as_nobody, *command], cwd=folder, stdin=slave, stdout=slave, stderr=slave, preexec_fn=child
        )
        os.close(slave)
        said = b""
        while not said.endswith(b": ") and select.select([master], [], [], 10)[0]:
            try:
                said += os.read(master, 4096)
            except OSError:
                # Its end closed the terminal.
                process.wait()
                break
        return process, master, None if said.endswith(b": ") and process.poll() is None else said

    def attach(self, pid):
        """Which ways of looking into `pid` work for the same uid."""
        open_ways = []
        log = self.home / "store" / "attach.log"
        tracer = ["timeout", "-s", "INT", "2", "strace", "-qq", "-o", str(log), "-p", str(pid)]
        done = subprocess.run([*self.as_nobody, *tracer], stderr=subprocess.PIPE, check=False)
        if b"Operation not permitted" not in done.stderr and b"ermission denied" not in done.stderr:
            open_ways.append("strace -p")
        for name in ("mem", "environ", "maps", "auxv"):
            script = f"import os; os.pread(os.open('/proc/{pid}/{name}', os.O_RDONLY), 1, 0)"
            if name == "mem":
                script = f"import os; os.open('/proc/{pid}/mem', os.O_RDONLY)"
            done = subprocess.run([*self.as_nobody, "/usr/bin/python3", "-c", script], stderr=subprocess.PIPE, check=False)
            if b"PermissionError" not in done.stderr:
                open_ways.append(f"/proc/PID/{name}")
        return open_ways

    def end(self, process, master, which):
        # The handler that looks for stack overflows lets the first SIGSEGV pass: it expects the fault to come again.
        for _ in range(2 if which == signal.SIGSEGV else 1):
            process.send_signal(which)
            time.sleep(0.3)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(master)

    def core_files(self, folder):
        return [str(path.name) for path in folder.iterdir() if path.name.startswith("core")]

    def judge(self):
        tool, folder = self.prepare()
        words = sweep.argv(tool, folder, ["list", "s.bin"])
        words.remove("--non-interactive")
        control = ["/usr/bin/python3", "-c", "import time; print('ready: ', end='', flush=True); time.sleep(60)"]
        # Controls first: where an ordinary process cannot be traced or dumped either, a refusal says nothing.
        process, master, said = self.waiting(control, folder)
        ways = self.attach(process.pid)
        self.end(process, master, signal.SIGABRT)
        cores = self.core_files(folder)
        pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
        why = [] if ways else ["an ordinary process cannot be traced here either: nothing is proven"]
        if said is not None:
            why.append(f"an ordinary process does not wait here either: {said!r}")
        if not cores and not pattern.startswith("|"):
            why.append(f"an ordinary process leaves no core file here either (core_pattern={pattern})")
        self.scan.row("control", "traced, dumped by its own uid", process.returncode, "-", len(ways), why)
        for path in cores:
            os.unlink(folder / path)
        for which in (signal.SIGABRT, signal.SIGSEGV):
            process, master, said = self.waiting(words, folder)
            why = []
            if said is not None:
                self.end(process, master, signal.SIGKILL)
                why.append(f"did not wait at its prompt: exit {process.returncode}: {said!r}")
                self.scan.row("list", f"{which.name} at a prompt", process.returncode, "-", 0, why)
                continue
            if os.stat(f"/proc/{process.pid}/mem").st_uid != 0:
                why.append("dumpable: /proc/PID belongs to the user")
            ways = self.attach(process.pid)
            why += [f"open to the same uid: {way}" for way in ways]
            self.end(process, master, which)
            why += [f"left a core file: {name}" for name in self.core_files(folder)]
            if process.returncode != -which:
                why.append("did not die of the signal: nothing is proven")
            self.scan.row("list", f"{which.name} at a prompt", process.returncode, "-", len(ways), why)


def load_cases(options):
    """The commands to scan: every case of the kill sweep, and the readers."""
    cases = {}
    for path in sorted((sweep.HERE / "cases").glob("*.json")):
        text = json.loads(path.read_text())
        cases[path.stem] = {key: text[key] for key in ("setup", "copy", "sized", "op") if key in text}
    for name, words in READERS.items():
        large = "large" in words
        setup = [*STORE, SET_LARGE] if large and words[0] == "get" else list(STORE)
        setup += KEYS if words[0] == "key-rotate" else []
        setup += KEYS + ARCHIVE if words[0] == "wallet-backup" else []
        cases[name] = {"setup": setup, "op": words, "large": large}
    if options.case:
        unknown = set(options.case) - set(cases)
        if unknown:
            sweep.die(f"no such case: {', '.join(sorted(unknown))}")
        cases = {name: cases[name] for name in options.case}
    return cases


def scan(program, options, cases):
    """Runs everything for one binary and returns the scan."""
    base = sweep.scratch("corescan-")
    found = Scan(program, base, options)
    try:
        found.controls()
        for name, case in cases.items():
            found.on_success(name, case)
            found.on_error(name, case)
        slow = cases if not options.short else {name: cases[name] for name in SHORT_SIGNALS if name in cases}
        for name, case in slow.items():
            found.on_signal(name, case, signal.SIGINT)
            if not options.short:
                found.on_signal(name, case, signal.SIGTERM)
        for how in ("Enter", "Ctrl-C", "SIGINT", "SIGTERM"):
            found.at_prompt("list", ["list", "s.bin"], how)
        for how in ("Ctrl-C", "SIGTERM"):
            found.at_prompt("set", ["set", "s.bin", "b.key", "--passphrase-from", "file:in/pw"], how)
        Nobody(found).judge()
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return found


def show(found):
    sweep.table(found.rows, ["command", "how", "exit", "MiB", "copies", ""])
    for why in found.bad:
        print(f"  {why}")


def self_test(options):
    """A stand-in that keeps its value and lets itself be traced must be found out on both counts."""
    base = sweep.scratch("standin-")
    options.short = True
    wrong = 0
    try:
        for flaw, words in {"dumpable": "open to the same uid", "keeps": "copies:"}.items():
            program = standin.build(flaw, base / flaw)
            case = json.loads((sweep.HERE / "cases" / "set-new.json").read_text())
            found = scan(program, options, {"set-new": {"setup": case["setup"], "op": case["op"]}})
            # A stand-in is no store: the control that kills the real program with its store open has nothing to find.
            controls = [why for why in found.bad if "control" in why and "store open" not in why]
            good = any(words in why for why in found.bad) and not controls
            print(f"{'ok' if good else 'WRONG'}: stand-in {flaw}: {standin.FLAWS[flaw]}")
            if not good:
                show(found)
            wrong += not good
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"self-test: {wrong} controls wrong")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="signals in the KDF for three commands only")
    parser.add_argument("--full", action="store_true", help="signals in the KDF for every command (default)")
    parser.add_argument("--self-test", action="store_true", help="prove on stand-ins that flaws are found")
    parser.add_argument("--case", action="append", help="only this command (repeatable)")
    parser.add_argument("--json", type=pathlib.Path, help="write the report there")
    options = parser.parse_args()
    sweep.need_root()
    sweep.need("strace", "setpriv", "timeout")
    if options.self_test:
        return self_test(options)
    found = scan(sweep.binary(), options, load_cases(options))
    show(found)
    if options.json:
        options.json.write_text(json.dumps(found.report, indent=1) + "\n")
    runs = [row for row in found.rows if row[0] != "control"]
    print(f"up to {found.looked_for} forms of keys a run, {len(found.rows) - len(runs)} controls")
    print(f"{len(runs)} runs, {sum(row[4] for row in runs)} copies or open ways, {len(found.bad)} failures")
    return 1 if found.bad else 0


if __name__ == "__main__":
    sys.exit(main())
