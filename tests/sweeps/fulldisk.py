#!/usr/bin/env python3
"""A disk that is really full: a 64 KiB tmpfs with the store on it, filled to the last page.

`set` must fail with 21 and name the path and the bytes it needed; the old store stays byte for byte; nothing is left
behind; and once there is room the same `set` works. Tried with the state directory on the full disk and elsewhere, and
with 0, 1, 2 ... free pages, so that every file of a commit is the one that does not fit. The same under a file size limit
(RLIMIT_FSIZE), which makes real short writes. Promise P3.
"""

import argparse
import hashlib
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess

import standin
import sweep

IO = 21
PAGE = 4096
# Two versions of it fit beside their replacement, and not beside anything else.
BIG = "x" * 3000


class Disk:
    """A tmpfs of 64 KiB that is gone when the scene is over."""

    def __init__(self, place):
        self.place = place
        place.mkdir(mode=0o700)
        command = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "strongroom-sweep", str(place)]
        if subprocess.run(command, check=False).returncode != 0:
            sweep.die("missing: the right to mount a tmpfs")

    def fill(self, pages):
        """Fills the disk and leaves `pages` free."""
        fill = self.place / "in" / "fill"
        with open(fill, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"f" * PAGE)
            except OSError:
                size = out.tell()
        os.truncate(fill, max(0, size - pages * PAGE))

    def free(self):
        os.unlink(self.place / "in" / "fill")

    def close(self):
        subprocess.run(["umount", str(self.place)], check=True)


def snapshot(folder, state):
    """Names and digests of everything that the program may touch."""
    found = {}
    for name in sweep.files_of(folder, skip=("in", "config.toml", "state")):
        path = folder / name
        found[str(name)] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "dir"
    for path in sorted(state.rglob("*")):
        found[f"state/{path.name}"] = "state"
    return found


def attempt(program, folder, state, label, report, fault=None):
    """One `set` that may not fit; complains into `report` and returns its exit code."""
    before = snapshot(folder, state)
    done = sweep.run(program, folder, sweep.set_words("b.key", "in/big"), preexec_fn=fault)
    said = done.stderr.decode(errors="replace")
    after = snapshot(folder, state)
    if done.returncode == 0:
        if sweep.value_of(program, folder, "b.key")[0] != BIG:
            report.append(f"{label}: exit 0, and the value is not there")
        return 0
    if done.returncode != IO:
        report.append(f"{label}: exit {done.returncode}, expected {IO}: {said.strip()[:300]}")
    committed = "committed" in said
    if not committed and after.get("s.bin") != before["s.bin"]:
        report.append(f"{label}: the store changed though the command failed")
    if set(after) - set(before):
        report.append(f"{label}: left behind: {sorted(set(after) - set(before))}")
    if fault is None and not re.search(r"\d+ ?(bytes|B|KiB)", said):
        report.append(f"{label}: does not say how many bytes are needed: {said.strip()[:300]}")
    if str(folder) not in said and "s.bin" not in said:
        report.append(f"{label}: does not name the path: {said.strip()[:300]}")
    if sweep.value_of(program, folder, "a.key")[0] != sweep.INPUTS["v1"]:
        report.append(f"{label}: the old value cannot be read")
    return done.returncode


def scene(program, base, state_on_disk, options):
    """All amounts of free space for one place of the state directory."""
    report, rows = [], []
    where = "state on the full disk" if state_on_disk else "state elsewhere"
    disk = Disk(base / ("disk-with-state" if state_on_disk else "disk"))
    try:
        folder = disk.place
        state = folder / "state" if state_on_disk else base / "state"
        sweep.furnish(folder, inputs={"pw": sweep.INPUTS["pw"], "v1": sweep.INPUTS["v1"], "big": BIG}, state_dir=state)
        sweep.new_store(program, folder)
        sweep.must(program, folder, sweep.set_words("a.key", "in/v1"))
        refused = 0
        for pages in range(options.pages):
            disk.fill(pages)
            code = attempt(program, folder, state, f"{where}, {pages} pages free", report)
            rows.append([where, f"{pages} pages free", code])
            refused += code != 0
            disk.free()
            if code == 0:
                break
        if rows[0][2] == 0:
            report.append(f"{where}: a set on a full disk exits 0")
        for limit in (1, 100, PAGE):

            def bound(limit=limit):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            code = attempt(program, folder, state, f"{where}, files of {limit} bytes at most", report, bound)
            rows.append([where, f"files <= {limit} B", code])
        done = sweep.run(program, folder, sweep.set_words("b.key", "in/big"))
        if done.returncode != 0:
            report.append(f"{where}: with room again: exit {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
        elif sweep.value_of(program, folder, "b.key")[0] != BIG:
            report.append(f"{where}: with room again: the value is not there")
    finally:
        disk.close()
    return rows, report


def archives(program, base):
    """An archive made on a full disk, and one restored to it: refused, and nothing is left."""
    report, rows = [], []
    disk = Disk(base / "disk-of-archives")
    words = ["--archive-passphrase-from", "file:in/pw2"]
    try:
        folder = base / "elsewhere"
        sweep.furnish(folder)
        sweep.new_store(program, folder)
        sweep.must(program, folder, sweep.set_words("a.key", "in/v1"))
        create = ["wallet-backup", "create", "--store", "s.bin", "--reason", "sweep", *words, "--out"]
        sweep.must(program, folder, [*create, "a.archive"])
        (disk.place / "in").mkdir(mode=0o700)
        tries = {
            "an archive": [*create, f"{disk.place}/b.archive"],
            "a restore": ["wallet-backup", "restore", "a.archive", "--to", f"{disk.place}/r", *words],
        }
        for what, line in tries.items():
            before = {path.name for path in disk.place.iterdir()}
            disk.fill(0)
            done = sweep.run(program, folder, line)
            said = done.stderr.decode(errors="replace")
            left = sorted({path.name for path in disk.place.iterdir()} - before)
            disk.free()
            rows.append([what, "full disk", done.returncode])
            if done.returncode != IO or left:
                report.append(f"{what} on a full disk: exit {done.returncode}, left {left}: {said[:300]}")
            if "space" not in said or str(disk.place) not in said:
                report.append(f"{what} on a full disk: does not name the path: {said[:300]}")
            sweep.must(program, folder, line)
    finally:
        disk.close()
    return rows, report


def judge(program, options):
    """All scenes; returns rows and complaints."""
    base = sweep.scratch("fulldisk-")
    rows, report = [], []
    try:
        for state_on_disk in (True, False):
            more, bad = scene(program, base, state_on_disk, options)
            rows += more
            report += bad
        if pathlib.Path(program).with_name("wallet-backup").exists():
            more, bad = archives(program, base)
            rows += more
            report += bad
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return rows, report


def self_test(options):
    """The good stand-in passes; those that write in place or do not look do not."""
    base = sweep.scratch("standin-")
    wrong = 0
    try:
        for flaw, clean in {"none": True, "truncate": False, "lies": False}.items():
            rows, report = judge(standin.build(flaw, base / flaw), options)
            good = (not report) == clean
            print(f"{'ok' if good else 'WRONG'}: stand-in {flaw}: {len(rows)} tries, {report[:2]}")
            wrong += not good
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"self-test: {wrong} controls wrong")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--full", action="store_true", help="the same")
    parser.add_argument("--self-test", action="store_true", help="prove on stand-ins that flaws are found")
    parser.add_argument("--pages", type=int, default=8, help="up to so many free pages")
    options = parser.parse_args()
    sweep.need_root()
    sweep.need("mount", "umount")
    if options.self_test:
        return self_test(options)
    rows, report = judge(sweep.binary(), options)
    sweep.table(rows, ["where", "room", "exit"])
    for text in report:
        print(f"  {text}")
    print(f"{len(rows)} tries, {len(report)} failures")
    return 1 if report else 0


if __name__ == "__main__":
    raise SystemExit(main())
