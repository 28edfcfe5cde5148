#!/usr/bin/env python3
"""Many writers, readers and one rotator on one store, a tenth of them killed; nothing acknowledged may be missing.

Full: 32 processes x 50 sets, 8 readers, 1 rotator of the data key. Every writer sets secrets of its own; a tenth of all
sets get SIGKILL at a random moment. In the end:

  - every value whose `set` exited 0 is there, bit for bit;
  - a killed `set` left either its value or none;
  - no reader ever saw a missing or wrong value of the secret that was there from the start;
  - no command failed, above all not with ROLLBACK or FORK (18) or a broken log (20);
  - no file is left that a quiet store does not have.

Promises P6 and P8.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import threading
import time

import standin
import sweep

P = ["--passphrase-from", "file:in/pw"]


class Crowd:
    """Counts and complaints that all threads share."""

    def __init__(self, program, folder, options):
        self.program, self.folder, self.options = program, folder, options
        self.lock = threading.Lock()
        self.count = collections.Counter()
        self.bad = []
        self.acknowledged, self.killed = {}, {}
        self.over = threading.Event()

    def complain(self, text):
        with self.lock:
            self.bad.append(text)

    def tally(self, what):
        with self.lock:
            self.count[what] += 1

    def start(self, words):
        return subprocess.Popen(
            sweep.argv(self.program, self.folder, words),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            umask=0,
        )

    def wait_args(self):
        return ["--lock-timeout", self.options.lock_timeout]


def writer(crowd, number, dice):
    """Sets its own secrets one after the other."""
    for turn in range(crowd.options.sets):
        name, value = f"w{number}.k{turn}", f"value-{number}-{turn}-{dice.getrandbits(64):016x}"
        source = crowd.folder / "in" / name
        sweep.write_private(source, value)
        process = crowd.start([*sweep.set_words(name, f"in/{name}"), *crowd.wait_args()])
        victim = dice.random() < crowd.options.kill
        if victim:
            # From at once to longer than a quiet set needs: the queue for the lock is part of what is hit.
            time.sleep(dice.random() * dice.choice([0.05, 0.3, 2.0]))
            process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
        if process.returncode == 0:
            crowd.acknowledged[name] = value
            crowd.tally("set")
        elif process.returncode == -signal.SIGKILL and victim:
            crowd.killed[name] = value
            crowd.tally("killed")
        else:
            crowd.complain(f"set {name}: exit {process.returncode}: {said.decode(errors='replace').strip()[:300]}")
        source.unlink()


def reader(crowd, number):
    """Reads the first secret, or the list, until the writers are done."""
    while not crowd.over.is_set():
        if number % 2:
            process = crowd.start(["list", "s.bin", "--json", *P, *crowd.wait_args()])
        else:
            process = crowd.start(["get", "s.bin", "first", "--json", *P, *crowd.wait_args()])
        out, said = process.communicate()
        if process.returncode != 0:
            crowd.complain(f"reader: exit {process.returncode}: {said.decode(errors='replace').strip()[:300]}")
            time.sleep(0.2)
            continue
        crowd.tally("read")
        found = json.loads(out)
        if number % 2 and not any(one["name"] == "first" for one in found["secrets"]):
            crowd.complain("reader: the list lacks the first secret")
        if not number % 2 and found["value"] != sweep.INPUTS["v1"]:
            crowd.complain("reader: the first secret has another value")


def rotator(crowd, dice):
    """Gives the store a new data key now and then; some of these are killed as well."""
    while not crowd.over.is_set():
        process = crowd.start(["data-key", "rotate", "s.bin", *P, *crowd.wait_args()])
        victim = dice.random() < crowd.options.kill
        if victim:
            time.sleep(dice.random() * 0.3)
            process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
        if process.returncode == 0:
            crowd.tally("rotated")
        elif not victim:
            crowd.complain(f"rotate: exit {process.returncode}: {said.decode(errors='replace').strip()[:300]}")
        time.sleep(0.2)


def judge(crowd, before):
    """Compares the store with what was acknowledged."""
    todo = [*crowd.acknowledged.items()]
    place = threading.Lock()

    def check():
        while True:
            with place:
                if not todo:
                    return
                name, value = todo.pop()
            found, code = sweep.value_of(crowd.program, crowd.folder, name)
            if found != value:
                crowd.complain(f"{name}: acknowledged, then " + (f"exit {code}" if found is None else "another value"))

    threads = [threading.Thread(target=check) for _ in range(os.cpu_count() or 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = sweep.run(crowd.program, crowd.folder, ["list", "s.bin", "--json", *P])
    if done.returncode != 0:
        crowd.complain(f"list at the end: exit {done.returncode}")
        return
    names = {one["name"] for one in json.loads(done.stdout)["secrets"]}
    unknown = names - set(crowd.acknowledged) - set(crowd.killed) - {"first", "last"}
    if unknown:
        crowd.complain(f"secrets that nobody set: {sorted(unknown)[:5]}")
    landed = names & set(crowd.killed)
    for name in landed:
        if sweep.value_of(crowd.program, crowd.folder, name)[0] != crowd.killed[name]:
            crowd.complain(f"{name}: killed, and its value is neither new nor absent")
    crowd.count["killed after the commit"] = len(landed)
    # All of them wrote one log. A stand-in has none.
    if (crowd.folder / "s.bin.audit.jsonl").exists():
        done = sweep.run(crowd.program, crowd.folder, ["audit", "verify", "s.bin", "--json", *P])
        if done.returncode != 0:
            crowd.complain(f"audit verify at the end: exit {done.returncode}: {done.stdout[:300]!r}")
        else:
            crowd.count["records"] = json.loads(done.stdout)["records"]
    litter = {str(name) for name in sweep.files_of(crowd.folder)} - before
    if litter:
        crowd.complain(f"left behind: {sorted(litter)[:5]}")


def storm(program, options):
    """Runs the whole scene and returns the crowd."""
    folder = sweep.scratch("concurrency-")
    try:
        sweep.furnish(folder)
        sweep.new_store(program, folder)
        sweep.must(program, folder, sweep.set_words("first", "in/v1"))
        before = {str(name) for name in sweep.files_of(folder)}
        crowd = Crowd(program, folder, options)
        start = time.monotonic()
        dice = random.Random(options.seed)
        writers = [
            threading.Thread(target=writer, args=(crowd, number, random.Random(dice.random())))
            for number in range(options.writers)
        ]
        others = [threading.Thread(target=reader, args=(crowd, number)) for number in range(options.readers)]
        others.append(threading.Thread(target=rotator, args=(crowd, random.Random(dice.random()))))
        for thread in [*writers, *others]:
            thread.start()
        for thread in writers:
            thread.join()
        crowd.over.set()
        for thread in others:
            thread.join()
        crowd.count["seconds"] = round(time.monotonic() - start)
        # The next good command has to clean up after the dead.
        sweep.must(program, folder, sweep.set_words("last", "in/v2"))
        judge(crowd, before)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return crowd


def self_test(options):
    """The good stand-in passes; one without a lock loses what it acknowledged."""
    base = sweep.scratch("standin-")
    options.writers, options.sets, options.readers = 4, 15, 2
    wrong = 0
    try:
        for flaw, clean in {"none": True, "unlocked": False}.items():
            crowd = storm(standin.build(flaw, base / flaw), options)
            good = (not crowd.bad) == clean
            print(f"{'ok' if good else 'WRONG'}: stand-in {flaw}: {dict(crowd.count)} {crowd.bad[:1]}")
            wrong += not good
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"self-test: {wrong} controls wrong")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="8 processes x 10 sets, 3 readers")
    parser.add_argument("--full", action="store_true", help="32 processes x 50 sets, 8 readers (default)")
    parser.add_argument("--self-test", action="store_true", help="prove on stand-ins that flaws are found")
    parser.add_argument("--writers", type=int)
    parser.add_argument("--sets", type=int)
    parser.add_argument("--readers", type=int)
    parser.add_argument("--kill", type=float, default=0.1, help="share of the sets that are killed")
    parser.add_argument("--lock-timeout", default="120s", help="handed to every command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path, help="write the report there")
    parser.add_argument("--keep", action="store_true", help="leave the scratch directory")
    options = parser.parse_args()
    small = options.short
    options.writers = options.writers or (8 if small else 32)
    options.sets = options.sets or (10 if small else 50)
    options.readers = options.readers if options.readers is not None else (3 if small else 8)
    if options.self_test:
        return self_test(options)
    crowd = storm(sweep.binary(), options)
    for text in crowd.bad[:20]:
        print(f"  {text}")
    print(", ".join(f"{number} {what}" for what, number in crowd.count.items()) + f", {len(crowd.bad)} failures")
    if options.json:
        options.json.write_text(json.dumps({"count": crowd.count, "bad": crowd.bad}, indent=1) + "\n")
    return 1 if crowd.bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
