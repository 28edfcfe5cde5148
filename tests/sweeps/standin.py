"""A stand-in for `secrets-admin`, so that the sweeps can be tested before they test anything.

It keeps a store that is nothing but hidden from grep: no cryptography, only the file discipline. `build(FLAW)` writes a
program with one flaw on purpose; a sweep that does not find that flaw is broken. The program understands the command
lines the sweeps use and answers with the exit codes of the frozen table.
"""

import pathlib
import sys

FLAWS = {
    "none": "atomic replace under a lock: nothing to find",
    "truncate": "truncates and writes in place",
    "lies": "takes every failed write for a success",
    "litter": "names its temporary file after the process and forgets it",
    "stuck": "locks by creating a file that a dead process leaves behind",
    "plaintext": "writes the value in clear into the temporary file first",
    "alarm": "raises its state before the commit, so a crash looks like a rollback",
    "unlocked": "replaces the store without any lock",
    "keeps": "leaves the value in memory",
    "dumpable": "lets itself be dumped and traced",
}

PROGRAM = r'''#!PYTHON -ISE
import os, sys, json, fcntl, errno
FLAW = "@FLAW@"
def out(code, text=""):
    if text: os.write(2, ("secrets-admin: error: " + text + "\n").encode())
    os._exit(code)
def hide(b): return bytes(x ^ 0x5A for x in b).hex()
def show(h): return bytes(x ^ 0x5A for x in bytes.fromhex(h))
if FLAW != "dumpable":
    import ctypes; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
flags, words, it = {}, [], iter(sys.argv[1:])
for a in it:
    if a in ("--json", "--yes", "--non-interactive", "--dry-run", "--quiet", "--no-kdf-upgrade"): flags[a] = True
    elif a.startswith("--"): flags[a] = next(it)
    else: words.append(a)
def source(flag):
    spec = flags.get(flag)
    if spec is None: return None
    fd = os.open(spec.split(":", 1)[1], os.O_RDONLY); b = os.read(fd, 1 << 20); os.close(fd); return b
def ask():
    tty = os.open("/dev/tty", os.O_RDWR); os.write(tty, b"passphrase: "); return os.read(tty, 1024)
state = None
for line in open(flags["--config"]) if "--config" in flags else []:
    if "state_dir" in line: state = line.split('"')[1]
verb = words[0]; path = flags.get("--store") or words[1]
if "--store" in flags: words.insert(1, path)
if verb in ("passphrase", "keyslot", "data-key", "inventory", "state"): verb = " ".join([words[0], words[1] if "--store" not in flags else words[2]]); path = flags.get("--store") or words[2]
held = None
if FLAW == "stuck":
    import time
    for _ in range(60):
        try: os.close(os.open(path + ".lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)); break
        except FileExistsError: time.sleep(0.1)
    else: out(11, "locked")
elif FLAW != "unlocked":
    held = os.open(path + ".lock", os.O_CREAT | os.O_RDWR, 0o600); fcntl.flock(held, fcntl.LOCK_EX)
def done(code, text=""):
    if FLAW == "stuck": os.unlink(path + ".lock")
    out(code, text)
try:
    try: s = json.loads(open(path, "rb").read())
    except FileNotFoundError: s = None
    except ValueError: done(13, f"{path}: damaged")
    if s is None and verb != "init": done(10, f"no such store: {path}")
    pw = source("--passphrase-from")
    if pw is None and verb not in ("init", "info"): pw = ask()
    if s and verb == "init": done(15, "exists")
    if s and verb != "info" and hide(pw) != s["pw"]: done(12, "wrong passphrase")
    r = os.path.join(state, os.path.basename(path) + ".state") if state else None
    if s and r and os.path.exists(r) and int(open(r).read() or 0) > s["gen"]: done(18, "rollback suspected")
    name = words[2] if len(words) > 2 else None
    if verb == "get":
        if name not in s["v"]: done(14, "not found")
        text = show(s["v"][name])
        os.write(1, json.dumps({"name": name, "encoding": "utf8", "value": text.decode()}).encode() if "--json" in flags else text)
        done(0)
    if verb == "info": os.write(1, json.dumps({"generation": s["gen"]}).encode()); done(0)
    if verb == "list": os.write(1, json.dumps({"secrets": [{"name": n} for n in sorted(s["v"])]}).encode()); done(0)
    value = source("--from") if verb == "set" else None
    if verb == "init": s = {"gen": 0, "pw": hide(source("--new-passphrase-from")), "v": {}}
    elif verb == "set": s["v"][name] = hide(value)
    elif verb == "remove": s["v"].pop(name, None)
    elif verb == "passphrase change": s["pw"] = hide(source("--new-passphrase-from"))
    s["gen"] += 1
    data = json.dumps(s).encode()
    def write(fd, b):
        while b:
            n = os.write(fd, b); b = b[n:]
    if FLAW == "alarm" and r: write(os.open(r, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), str(s["gen"]).encode())
    if FLAW == "truncate": fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600); write(fd, data); os.fsync(fd); os.close(fd)
    else:
        tmp = path + ".tmp" + (str(os.getpid()) if FLAW == "litter" else "")
        fd = os.open(tmp, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
        if FLAW == "plaintext" and value: write(fd, value); os.ftruncate(fd, 0); os.lseek(fd, 0, 0)
        try:
            write(fd, data); os.fsync(fd)
            if os.pread(fd, len(data) + 1, 0) != data: raise OSError(errno.EIO, "read back something else")
            os.close(fd); os.rename(tmp, path)
        except OSError as e:
            if FLAW == "lies": done(0)
            try: os.unlink(tmp)
            except OSError: pass
            done(21, f"{os.path.abspath(path)}: {e.strerror}, {len(data)} bytes needed")
    d = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY); os.fsync(d)
    if FLAW != "alarm" and r:
        try: fd = os.open(r, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600); write(fd, str(s["gen"]).encode())
        except OSError: pass
    if FLAW == "keeps": kept = bytes(value or b"")
    done(0)
except OSError as e:
    if FLAW == "lies": done(0)
    if FLAW == "stuck":
        try: os.unlink(path + ".lock")
        except OSError: pass
    out(21, f"{path}: {e.strerror}")
'''


def build(flaw, folder):
    """Writes the program with `flaw` as `secrets-admin` into `folder` and returns its path."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secrets-admin"
    interpreter = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else sys.executable
    path.write_text(PROGRAM.replace("PYTHON", interpreter).replace("@FLAW@", flaw))
    path.chmod(0o755)
    return str(path)
