#!/usr/bin/env python3
"""Kills a command, or fails its system calls, at every point where it touches the disk; one run per point.

For each case of `cases/*.json` the command is traced once; then it is run again for every (system call, n), and at the
n-th such call it gets SIGKILL or an error. Afterwards, with ordinary commands:

  LOST      neither the old nor the new state can be read
  LIED      exit 0, and the new state cannot be read
  PANIC     exit 101, a crash signal, or a code that is not in the frozen table
  alarm     the next command speaks of rollback, fork or a broken log (18, 20) though nobody attacked
  stuck     the next command fails or needs more than 5 s
  plain     a secret stands in a file in clear, right after the fault
  litter    after one more good command there is a file that a clean run does not leave (but for the torn end of a log)
  exposed   a file is open to group or others (umask is 000)
  missed    nothing was injected, so nothing was tested

All must be 0. `--self-test` proves that each is found, on stand-ins that are wrong on purpose.
Promises P1, P2, P5, P8 and P20. Injection is strace's: `error=E` fails the call unexecuted, `retval=1` pretends that one
byte was written and drops it, which is worse than a short write and must be noticed before the commit.
"""

import argparse
import collections
import json
import os
import pathlib
import queue
import random
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import standin
import sweep

WRITES = "write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile"
CALLS = (
    "openat,open,creat," + WRITES + ",ftruncate,truncate,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
    "symlink,symlinkat,fsync,fdatasync,fchmod,fchmodat,chmod,fchown,fchownat,close,fallocate,flock,fcntl,mkdir,"
    "mkdirat,rmdir,utimensat,sync_file_range,syncfs,msync"
)
KILL = "signal=KILL"
ERRORS = ["error=ENOSPC", "error=EIO", "error=EDQUOT", "error=EROFS", "error=EINTR", "error=EMFILE", "retval=1"]
# What a fault cut short of the audit log is kept for ever, and recorded there: nothing is dropped silently.
TORN = ".audit.jsonl.torn"
BAD = ["LOST", "LIED", "PANIC", "alarm", "stuck", "plain", "litter", "exposed", "missed"]
STUCK_AFTER = 5.0
# Exit codes by which a store says that it was tampered with.
ALARMS = {18, 20}
# The dynamic loader's own exit code, when the fault hits it before the program starts.
LOADER = 127


class Case:
    """One command under test: how to get there, what it does, how old and new are told apart."""

    def __init__(self, path, program):
        self.name = path.stem
        self.program = program
        text = json.loads(path.read_text())
        known = {"about", "setup", "copy", "op", "old", "new", "follow", "follow_old", "follow_new", "plaintext", "config"}
        known |= {"skip_modes", "accused", "sized", "one_cpu"}
        if set(text) - known:
            sweep.die(f"{path}: unknown keys {sorted(set(text) - known)}")
        self.setup = text["setup"]
        self.config = text.get("config", [])
        self.copy = text.get("copy", {})
        # {name: length} of files that nobody wants to read in a case.
        self.sized = text.get("sized", {})
        # Work that processors share is done by whichever thread comes first; on one of them it is always the same.
        self.one_cpu = text.get("one_cpu", False)
        self.op = text["op"]
        self.old, self.new = text["old"], text["new"]
        default = [sweep.set_words("probe", "in/probe")]
        self.follow = {
            "old": text.get("follow_old", text.get("follow", default)),
            "new": text.get("follow_new", text.get("follow", default)),
        }
        # Names that are meant to hold a secret: what `get --out` was asked to write.
        self.plaintext = text.get("plaintext", [])
        # {mode: reason}: shown in the report, never silent.
        self.skip = text.get("skip_modes", {})
        # The old state is one that the store rightly complains about.
        self.accused = text.get("accused", False)
        self.template = None
        self.allowed = set()
        self.generation = None
        self.counts = {}

    def prepare(self, base):
        """Builds the template, runs the command once cleanly and counts its system calls."""
        self.template = base / "template"
        sweep.furnish(self.template, config=self.config)
        for name, source in self.copy.items():
            sweep.write_private(self.template / name, (sweep.ROOT / source).read_bytes())
        sweep.furnish_sized(self.template, self.sized)
        sweep.furnish_steps(self.program, self.template, self.setup)
        self.generation = self.current_generation(self.template)
        if not self.holds(self.template, self.old, Watch()):
            sweep.die(f"{self.name}: the old state is not readable after the set-up")
        work = self.fresh(base / "clean")
        log = base / "calls"
        prefix = [*self.tracer(), "strace", "-f", "-qq", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log)]
        sweep.must(self.program, work, self.op, prefix=prefix, timeout=120)
        self.counts = count_calls(log.read_text(errors="replace"))
        self.note_names(work)
        watch = Watch()
        if not self.holds(work, self.new, watch):
            sweep.die(f"{self.name}: the new state is not readable after a clean run: {watch.last}")
        for words in self.follow["new"]:
            sweep.must(self.program, work, words)
        self.note_names(work)
        clean = self.fresh(base / "clean")
        for words in self.follow["old"]:
            sweep.must(self.program, clean, words)
        self.note_names(clean)
        shutil.rmtree(base / "clean")

    def tracer(self):
        """What comes before every traced run."""
        return ["taskset", "-c", str(random.choice(sorted(os.sched_getaffinity(0))))] if self.one_cpu else []

    def note_names(self, folder):
        self.allowed |= {plain_name(name) for name in sweep.files_of(folder)}

    def fresh(self, work):
        """A copy of the template at `work`, with the config pointing into the copy."""
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(self.template, work, symlinks=True)
        sweep.furnish(work, inputs={}, config=self.config)
        return work

    def current_generation(self, folder):
        for path in ("s.bin",):
            if (folder / path).exists():
                done = sweep.run(self.program, folder, ["info", path, "--json"])
                if done.returncode == 0:
                    return json.loads(done.stdout).get("generation")
        return None

    def holds(self, folder, conditions, watch):
        """Whether every condition of a state is met; what the commands did goes to `watch`."""
        return all(self.holds_one(folder, condition, watch) for condition in conditions)

    def holds_one(self, folder, condition, watch):
        if "file" in condition:
            path = folder / condition["file"]
            return path.is_file() and path.read_bytes() == sweep.INPUTS[condition["equals"]].encode()
        if "below" in condition:
            # The one file of that name below a directory: where it stands depends on where the template stood.
            found = [path.read_bytes() for path in (folder / condition["below"]).rglob(pathlib.Path(condition["same"]).name)]
            return found == [(folder / condition["same"]).read_bytes()]
        if "absent" in condition:
            return not (folder / condition["absent"]).exists()
        if "present" in condition:
            return (folder / condition["present"]).is_file()
        if "generation" in condition:
            found = self.current_generation(folder)
            return found is not None and found - (self.generation or 0) == condition["generation"]
        words = condition.get("run")
        if "get" in condition:
            words = ["get", condition.get("store", "s.bin"), condition["get"], "--json"]
            words += ["--passphrase-from", f"file:in/{condition.get('pw', 'pw')}"]
        done = watch.run(self.program, folder, words)
        if done is None or done.returncode != condition.get("exit", 0):
            return False
        if "is" in condition:
            return field(done.stdout, "value") == sweep.INPUTS[condition["is"]]
        if "json" in condition:
            return all(field(done.stdout, key) == want for key, want in condition["json"].items())
        if "length" in condition:
            return all(len(field(done.stdout, key) or ()) == want for key, want in condition["length"].items())
        return True


class Watch:
    """Runs the commands after a fault and remembers false alarms and delays."""

    def __init__(self):
        self.alarm = self.slow = None
        self.last = ""

    def run(self, program, folder, words):
        start = time.monotonic()
        try:
            done = sweep.run(program, folder, words, timeout=4 * STUCK_AFTER)
        except subprocess.TimeoutExpired:
            self.slow = f"{' '.join(words)}: no end"
            return None
        if time.monotonic() - start > STUCK_AFTER:
            self.slow = f"{' '.join(words)}: {time.monotonic() - start:.1f} s"
        self.last = f"{' '.join(words)}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[:300]}"
        if done.returncode in ALARMS:
            self.alarm = self.last
        return done


def field(text, key):
    """A value of a JSON object by a dotted path, or None."""
    try:
        found = json.loads(text)
        for part in key.split("."):
            found = found[int(part) if isinstance(found, list) else part]
        return found
    except (ValueError, LookupError, TypeError):
        return None


def plain_name(name):
    """A file name with identifiers that differ from run to run replaced."""
    return re.sub(r"[0-9a-f]{16,}|(?<=\.damaged-)[0-9a-f]{6}$", "ID", str(name))


def count_calls(log):
    """Calls by name. strace counts injections per thread, so the largest thread decides."""
    threads = collections.defaultdict(collections.Counter)
    for line in log.splitlines():
        found = re.match(r"^(?:(\d+) +)?([a-z0-9_]+)\(", line)
        if found:
            threads[found[1]][found[2]] += 1
    total = collections.Counter()
    for counts in threads.values():
        for call, number in counts.items():
            total[call] = max(total[call], number)
    return dict(total)


def spread(total, most):
    """At most `most` of 1..total: the first, the last and evenly between. The last calls hold the commit."""
    if not most or total <= most:
        return list(range(1, total + 1))
    if most == 1:
        return [total]
    return sorted({1 + round(i * (total - 1) / (most - 1)) for i in range(most)})


def points(case, modes, per_kill, per_error, order):
    """Every (mode, call, n) to try for a case."""
    found = []
    for mode in modes:
        if mode in case.skip:
            continue
        if mode != KILL and per_error == 1 and (order + ERRORS.index(mode)) % 2:
            # Half of the errors for each case, the other half for the next: together they cover all.
            continue
        for call, total in sorted(case.counts.items()):
            if mode == "retval=1" and call not in WRITES.split(","):
                continue
            if mode == KILL:
                chosen = spread(total, per_kill)
            else:
                chosen = spread(total, per_error)
                if per_error == 1 and total > 1:
                    # One sample per call: another one for each case and mode, so that together they cover the range.
                    chosen = [1 + (order * 5 + ERRORS.index(mode) * 3) % total]
            found += [(mode, call, n) for n in chosen]
    return found


def try_point(case, work, mode, call, n):
    """One injected run; returns what was found: a state, and a list of (kind, detail)."""
    case.fresh(work)
    log = work.parent / f"{work.name}.log"
    # Not with --seccomp-bpf, which is faster and never injects.
    prefix = [*case.tracer(), "strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}", "-e", "signal=none"]
    prefix += ["-e", f"inject={call}:{mode}:when={n}"]
    found = []
    try:
        done = sweep.run(case.program, work, case.op, prefix=prefix, timeout=90)
        code, said = done.returncode, done.stderr.decode(errors="replace").strip()[-200:]
    except subprocess.TimeoutExpired:
        code, said = None, "no end within 90 s"
        found.append(("stuck", "the command itself did not end"))
    hit = code in (-9, 137) if mode == KILL else "INJECTED" in log.read_text(errors="replace")
    if not hit:
        found.append(("missed", f"exit {code}: nothing was injected"))
    found += [("plain", name) for name in plain(case, work)]
    watch = Watch()
    if case.holds(work, case.new, watch):
        state = "new"
    elif case.holds(work, case.old, watch):
        state = "old"
    else:
        state = "LOST"
        found.append(("LOST", watch.last))
    if code == 0 and state != "new":
        found.append(("LIED", said))
    crash = code is not None and code < 0 and mode != KILL
    if crash or (code is not None and code >= 0 and code not in sweep.FROZEN_EXITS | {LOADER, 137}):
        found.append(("PANIC", f"exit {code}: {said}"))
    if state != "LOST":
        for words in case.follow[state]:
            done = watch.run(case.program, work, words)
            if done is None or done.returncode != 0:
                found.append(("stuck", watch.last))
        names = [name for name in sweep.files_of(work) if plain_name(name) not in case.allowed and not str(name).endswith(TORN)]
        found += [("litter", str(name)) for name in names]
        found += [("plain", name) for name in plain(case, work)]
    found += [("exposed", name) for name in sweep.exposed(work)]
    if watch.alarm and not (case.accused and state == "old"):
        found.append(("alarm", watch.alarm))
    if watch.slow:
        found.append(("stuck", watch.slow))
    return state, code, found


def plain(case, folder):
    """Names of files that hold a secret in any form."""
    needles = [form for text in sweep.INPUTS.values() for form in sweep.encodings(text).values()]
    hits = []
    for name in sweep.files_of(folder):
        path = folder / name
        if not path.is_file() or any(name.match(pattern) for pattern in case.plaintext):
            continue
        data = path.read_bytes()
        if any(needle in data for needle in needles):
            hits.append(str(name))
    return hits


def sweep_case(path, program, options, order, base):
    """Runs all points of one case on the workers and returns its summary."""
    start = time.monotonic()
    case = Case(path, program)
    home = base / case.name
    home.mkdir(mode=0o700)
    case.prepare(home)
    todo = points(case, options.modes, options.per_kill, options.per_error, order)
    free = queue.SimpleQueue()
    for worker in range(options.jobs):
        free.put(home / f"w{worker}")

    def one(point):
        work = free.get()
        try:
            return point, try_point(case, work, *point)
        finally:
            free.put(work)

    result, bad, exits = collections.Counter(), [], collections.Counter()
    with ThreadPoolExecutor(options.jobs) as pool:
        for (mode, call, n), (state, code, found) in pool.map(one, todo):
            result[state] += 1
            exits[str(code)] += 1
            for kind in {kind for kind, _ in found} - {state}:
                result[kind] += 1
            bad += [{"kind": kind, "mode": mode, "call": call, "n": n, "detail": why} for kind, why in found]
    if not options.keep:
        shutil.rmtree(home)
    return {
        "case": case.name,
        "points": len(todo),
        "calls": case.counts,
        "result": {key: result.get(key, 0) for key in ["old", "new", *BAD]},
        "exits": dict(exits),
        "skipped_modes": case.skip,
        "bad": bad,
        "seconds": round(time.monotonic() - start, 1),
    }


def run_cases(program, paths, options):
    """Sweeps every case, prints the table and returns the summaries."""
    base = sweep.scratch("killsweep-")
    summaries = []
    try:
        for order, path in enumerate(paths):
            summaries.append(sweep_case(path, program, options, order, base))
            print(f"  {path.stem}: {summaries[-1]['points']} points, {summaries[-1]['seconds']} s", file=sys.stderr)
    finally:
        if not options.keep:
            shutil.rmtree(base, ignore_errors=True)
    rows = []
    for one in summaries:
        rows.append([one["case"], one["points"], *(one["result"][key] for key in ["old", "new", *BAD]), one["seconds"]])
    total = ["total", *(sum(row[i] for row in rows) for i in range(1, len(BAD) + 4)), round(sum(r[-1] for r in rows), 1)]
    sweep.table([*rows, total], ["case", "points", "old", "new", *BAD, "s"])
    for one in summaries:
        for mode, why in one["skipped_modes"].items():
            print(f"  {one['case']}: {mode} left out: {why}")
        for bad in one["bad"][: options.show]:
            print(f"  {one['case']}: {bad['kind']} at {bad['call']}#{bad['n']} {bad['mode']}: {bad['detail']}")
    return summaries


def failures(summaries):
    """How many findings of every bad kind there are."""
    return {kind: sum(one["result"][kind] for one in summaries) for kind in BAD}


def self_test(options):
    """The positive controls: every flaw of the stand-in is found under its name, the good one has none."""
    want = {"none": None, "truncate": "LOST", "lies": "LIED", "litter": "litter", "stuck": "stuck"}
    want |= {"plaintext": "plain", "alarm": "alarm"}
    folder = sweep.scratch("standin-")
    options.per_error = 8
    options.show = 0
    # An interpreter opens two hundred files before the program begins; the last eight of each call are the program's.
    paths = [sweep.HERE / "cases" / "set-existing.json"]
    wrong = 0
    try:
        for flaw, kind in want.items():
            program = standin.build(flaw, folder / flaw)
            # A stuck lock costs its whole wait at every point: three are enough.
            options.modes = [KILL] if flaw == "stuck" else [KILL, "error=ENOSPC"]
            options.per_kill = 3 if flaw == "stuck" else 8
            print(f"stand-in {flaw}: {standin.FLAWS[flaw]}")
            found = failures(run_cases(program, paths, options))
            good = found[kind] > 0 if kind else not any(found.values())
            wrong += not good
            print(f"  {'ok' if good else 'WRONG'}: expected {kind or 'nothing'}, found {found}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"self-test: {wrong} controls wrong")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--full", action="store_true", help="every point in every mode (default)")
    how.add_argument("--short", action="store_true", help="every case, a sample of points: about 6 minutes on 2 cores")
    how.add_argument("--self-test", action="store_true", help="prove on stand-ins that each kind of flaw is found")
    parser.add_argument("--case", action="append", help="only this case (repeatable)")
    parser.add_argument("--mode", dest="modes", action="append", help=f"only this mode: {KILL}, {', '.join(ERRORS)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--per-kill", type=int, help="at most N kill points per system call (0 = all)")
    parser.add_argument("--per-error", type=int, help="at most N error points per system call and error (0 = all)")
    parser.add_argument("--json", type=pathlib.Path, help="write the summary there")
    parser.add_argument("--show", type=int, default=8, help="findings shown per case")
    parser.add_argument("--keep", action="store_true", help="leave the scratch directories")
    options = parser.parse_args()
    sweep.need("strace", "taskset")
    if options.self_test:
        return self_test(options)
    options.modes = options.modes or [KILL, *ERRORS]
    for mode in options.modes:
        if mode != KILL and mode not in ERRORS:
            sweep.die(f"no such mode: {mode}")
    options.per_kill = options.per_kill if options.per_kill is not None else (4 if options.short else 0)
    options.per_error = options.per_error if options.per_error is not None else (1 if options.short else 0)
    paths = sorted((sweep.HERE / "cases").glob("*.json"))
    if options.case:
        paths = [path for path in paths if path.stem in options.case]
        if len(paths) != len(set(options.case)):
            sweep.die(f"no such case among: {', '.join(options.case)}")
    summaries = run_cases(sweep.binary(), paths, options)
    found = failures(summaries)
    if options.json:
        options.json.write_text(json.dumps({"failures": found, "cases": summaries}, indent=1) + "\n")
    count = sum(one["points"] for one in summaries)
    print(f"{count} injection points, " + ", ".join(f"{number} {kind}" for kind, number in found.items()))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
