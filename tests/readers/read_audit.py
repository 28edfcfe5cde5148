#!/usr/bin/env python3
"""An independent verifier of strongroom audit logs, written from docs/formats/audit-v1.md. Standard library only.

    read_audit.py [--root HEX]... [--known SEQ:MAC]... FILE...

Prints {"verdict", "records", "first_bad_seq"} and exits 0 for a good log, 1 without a root, 20 otherwise.
"""
import argparse
import hashlib
import hmac
import json
import re
import sys

ALWAYS = {"v", "log_id", "segment", "seq", "ts", "boot", "host", "uid", "pid", "tool", "version", "net", "event", "phase",
          "store_id", "corr", "prev", "mac"}
ORDER = ["v", "log_id", "segment", "seq", "ts", "boot", "host", "uid", "loginuid", "user", "tty", "pid", "tool", "version",
         "net", "event", "phase", "object", "object_version", "store_id", "generation", "digest", "exit", "corr", "reason",
         "prev", "mac"]
NUMBERS = {"v", "seq", "uid", "loginuid", "pid", "object_version", "generation"}
HEX = {"log_id": 32, "segment": 32, "boot": 32, "store_id": 32, "digest": 64, "corr": 16, "prev": 64, "mac": 64}
NETS = {"mainnet", "testnet", "devnet"}
PHASES = {"intent", "done", "denied", "error"}
EXITS = set("""OK FINDINGS USAGE NOT_INITIALISED LOCKED WRONG_PASSPHRASE INTEGRITY NOT_FOUND EXISTS POLICY LOCKED_OUT ROLLBACK
INPUT_NEEDED AUDIT IO UNAVAILABLE UNSUPPORTED INTERRUPTED TERMINATED""".split())
MAX_LINE = 65536


def label(name):
    return b"strongroom/v1 " + name + b"\0"


def mac(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


def hkdf(ikm, salt, info):
    return mac(mac(salt, ikm), info + b"\x01")


def step(key, name):
    return hashlib.sha256(key + name).digest()


def quoted(text):
    out = []
    for unit in (text.encode("utf-16-be")[i:i + 2] for i in range(0, len(text.encode("utf-16-be")), 2)):
        code = int.from_bytes(unit, "big")
        char = chr(code)
        out.append("\\" + char if char in '"\\' else char if 0x20 <= code <= 0x7e else f"\\u{code:04x}")
    return '"' + "".join(out) + '"'


def encode(record):
    def value(key):
        return str(record[key]) if key in NUMBERS else quoted(record[key])
    return "{" + ",".join(f'"{key}":{value(key)}' for key in ORDER if key in record) + "}\n"


def parse(line):
    """The record in a line, or None: accepted is only what encodes to the same bytes again."""
    if len(line) > MAX_LINE:
        return None
    try:
        pairs = json.loads(line.decode("ascii"), object_pairs_hook=list)
        record = dict(pairs)
        if not ALWAYS <= set(record) <= set(ORDER) or len(record) != len(pairs) or record["v"] != 1:
            return None
        for key, value in record.items():
            if key in NUMBERS:
                if type(value) is not int or not 0 <= value < 1 << 64:
                    return None
            elif type(value) is not str:
                return None
            elif key in HEX and not re.fullmatch(f"[0-9a-f]{{{HEX[key]}}}", value):
                return None
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", record["ts"], re.ASCII):
            return None
        if record["net"] not in NETS or record["phase"] not in PHASES or record.get("exit", "OK") not in EXITS:
            return None
        if encode(record).encode("ascii") != line:
            return None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    record["body"] = line[:line.rindex(b',"mac":"')]
    return record


class Chain:
    def __init__(self, root, segment, log_id, seq, prev):
        info = label(b"audit segment") + bytes.fromhex(log_id) + seq.to_bytes(8, "little") + bytes.fromhex(prev)
        self.first, self.at, self.key = seq, seq, hkdf(root, bytes.fromhex(segment), info)

    def to(self, seq):
        while self.at < seq:
            self.key, self.at = step(self.key, label(b"log next")), self.at + 1
        return self

    def proves(self, record):
        if record["seq"] < self.at:
            return False
        self.to(record["seq"])
        key = step(self.key, label(b"log line"))
        return hmac.compare_digest(mac(key, record["body"]).hex(), record["mac"])


def beginning(record):
    """Where the segment of a record begins, if the record says so."""
    if record["event"] == "audit.segment":
        return record["seq"], record["prev"]
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", record.get("object", "")) if record["event"] == "audit.continue" else None
    return (int(found[1]), found[2]) if found and int(found[1]) < record["seq"] else None


def verify(lines, roots, known):
    """The first break decides; this verifier does not look for more."""
    records = [parse(line) for line in lines]
    count = sum(record is not None for record in records)
    last, chain, proven, fault = None, None, 0, None
    for at, record in enumerate(records):
        expected = last["seq"] + 1 if last else 1
        if record is None:
            torn = all(r is None for r in records[at:]) and (not lines[at].endswith(b"\n") or b"\0" in lines[at])
            fault = ("torn_tail" if torn else "modified", expected)
            break
        follows = record["seq"] == expected and (last is None or record["prev"] == last["mac"])
        if last is None or (record["segment"] != last["segment"] and record["event"] == "audit.segment"):
            start = beginning(record)
            if last is None and start is None:
                fault = ("modified" if record["seq"] <= 1 else "missing", 1)
                break
            if last is None and record["event"] == "audit.segment" and record["seq"] != 1 or last and not follows:
                fault = ("missing", expected)
                break
            if roots:
                chains = [Chain(root, record["segment"], record["log_id"], *start) for root in roots]
                proving = [c for c in chains if c.proves(record)]
                if not proving:
                    after = records[at + 1] if at + 1 < len(records) else None
                    altered = after and after["seq"] == record["seq"] + 1 and any(c.proves(after) for c in chains)
                    fault = ("modified" if altered else "wrong_key", record["seq"])
                    break
                chain = proving[0]
                proven += 1
        elif record["log_id"] != last["log_id"]:
            fault = ("modified", expected)
            break
        elif record["segment"] != last["segment"]:
            fault = ("modified" if record["prev"] == last["mac"] else "missing", expected)
            break
        elif not roots:
            if not follows:
                fault = ("missing", expected)
                break
        elif record["seq"] == expected and chain.proves(record):
            proven += 1
            if record["prev"] != last["mac"]:
                fault = ("forked", expected)
                break
        else:
            fault = ("modified" if record["seq"] == expected and record["prev"] == last["mac"] else "missing", expected)
            break
        last = record
        if any(record["seq"] == seq and record["mac"] != mac_ for seq, mac_ in known):
            fault = ("forked", record["seq"])
            break
    reached = last["seq"] if last else 0
    if (fault is None or fault[0] == "torn_tail") and any(seq > reached for seq, _ in known):
        fault = ("truncated", reached + 1)
    if fault is None:
        fault = ("good" if roots else "structure_only", None)
    return {"verdict": fault[0], "records": count, "first_bad_seq": fault[1]}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--root", action="append", default=[], type=bytes.fromhex)
    arguments.add_argument("--known", action="append", default=[])
    arguments.add_argument("files", nargs="+")
    asked = arguments.parse_args()
    known = [(int(seq), mac_) for seq, mac_ in (one.split(":") for one in asked.known)]
    lines = []
    for name in asked.files:
        with open(name, "rb") as file:
            lines += re.findall(rb"[^\n]*\n|[^\n]+$", file.read())
    answer = verify(lines, asked.root, known)
    print(json.dumps(answer))
    return {"good": 0, "structure_only": 1}.get(answer["verdict"], 20)


if __name__ == "__main__":
    sys.exit(main())
