#!/usr/bin/env python3
"""Whole commands side by side: random order in every round, medians, and medians of pairwise ratios.

    bench/compare.py [--rounds N] 'label|command' 'label|command' ...

The first command is the base of the ratios. Order matters on real machines (the first writer after a large free pays for
the pages), so each round draws its own; ratios are taken within a round and the median is over rounds. Wall time is that of
a bare spawn; resident memory comes from three further runs under `/usr/bin/time`, because a child of an interpreter counts
the interpreter's pages as its own.
"""

import argparse
import os
import pathlib
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time


class Result:
    """What was measured of one command: a list per round."""

    def __init__(self):
        self.wall, self.cpu, self.rss, self.code, self.said = [], [], 0.0, None, ""

    def median_wall(self):
        return statistics.median(self.wall)

    def median_cpu(self):
        return statistics.median(self.cpu)

    def ratio(self, base):
        """Median of the pairwise ratios of wall time to another command's."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.wall, base.wall))

    def cpu_ratio(self, base):
        return statistics.median(mine / max(theirs, 1e-6) for mine, theirs in zip(self.cpu, base.cpu))


def once(argv, stdin, cwd):
    """One run: `(wall, cpu, exit code, stderr)`."""
    with open(stdin or os.devnull, "rb") as source, tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            argv, cwd=cwd, stdin=source, stdout=subprocess.DEVNULL, stderr=said, close_fds=False
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, process.returncode, said.read()[-300:].decode(errors="replace")


def resident(argv, stdin, cwd):
    """Largest resident memory of one run in MiB."""
    with tempfile.NamedTemporaryFile() as out, open(stdin or os.devnull, "rb") as source:
        command = ["/usr/bin/time", "-f", "%M", "-o", out.name, *argv]
        subprocess.run(command, cwd=cwd, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return int(pathlib.Path(out.name).read_text().split()[-1]) / 1024


def compare(commands, rounds, cwd=None, before=None, rss=3):
    """Measures `{label: (argv, stdin path or None)}` and returns `{label: Result}`.

    `before(label)` runs before each command outside the measurement. A command that fails ends the benchmark: a failed
    run is fast and says nothing.
    """
    results = {label: Result() for label in commands}
    dice = random.Random(1)
    for turn in range(rounds + 1):
        order = list(commands)
        dice.shuffle(order)
        for label in order:
            argv, stdin = commands[label]
            if before:
                before(label)
            wall, cpu, code, said = once(argv, stdin, cwd)
            one = results[label]
            one.code, one.said = code, said
            if code != 0 and label not in FAILURES_WANTED:
                raise SystemExit(f"compare: error: {label}: exit {code}: {said.strip()}")
            # The first round warms caches and does not count.
            if turn:
                one.wall.append(wall)
                one.cpu.append(cpu)
    for label, (argv, stdin) in commands.items():
        found = []
        for _ in range(rss):
            if before:
                before(label)
            found.append(resident(argv, stdin, cwd))
        results[label].rss = statistics.median(found) if found else 0.0
    return results


# Labels of commands whose job is to refuse.
FAILURES_WANTED = set()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("command", nargs="+", help="'label|command line'")
    options = parser.parse_args()
    if not os.access("/usr/bin/time", os.X_OK):
        sys.exit("compare: error: missing: /usr/bin/time (apt-get install time)")
    commands = {}
    for text in options.command:
        label, line = text.split("|", 1)
        commands[label] = (["sh", "-c", f"exec {line}"] if any(c in line for c in "|<>&;$") else shlex.split(line), None)
    results = compare(commands, options.rounds)
    base = next(iter(results.values()))
    print("| command | wall ms | cpu ms | rss MiB | wall ratio | cpu ratio |\n|---|---:|---:|---:|---:|---:|")
    for label, one in results.items():
        print(
            f"| {label} | {one.median_wall() * 1e3:.1f} | {one.median_cpu() * 1e3:.1f} | {one.rss:.1f} "
            f"| {one.ratio(base):.3f} | {one.cpu_ratio(base):.3f} |"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
