"""What the sweeps share: where the binary is, a scratch store, needles, tables.

A sweep runs the real, released binary from outside, with nothing but the command line of the documentation: it must hold
for whatever is behind that line. `$STRONGROOM_BIN` names the directory with `secrets-admin` in it; without it
`target/release` beside this checkout is taken. A tool that is missing ends the run with its name: a sweep that was not
run is not a sweep that passed.
"""

import base64
import json
import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A shell that starts a job in the background has it ignore SIGINT, and nohup SIGHUP; what is ignored here would be ignored by
# every program under test, which is then right not to stop. Handlers, unlike being ignored, are not inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)

HERE = pathlib.Path(__file__).resolve().parent

# The cheapest parameters that devnet lets a writer use. A sweep opens a store some ten thousand times.
CHEAP_KDF = "m=19456,t=2,p=1"
COMMON = ["--config", "{dir}/config.toml", "--network", "devnet", "--non-interactive", "--yes"]

# Contents of the files in DIR/in. Each is long and odd enough to be a needle; none may appear in any other file.
INPUTS = {
    "pw": "first-Passphrase-Kx82vQ-of-the-sweep",
    "pw2": "second-Passphrase-Wz51bT-of-the-sweep",
    "pw3": "third-Passphrase-Hn37rD-of-the-sweep",
    "v1": "value-one-MARKER-Lp93cY",
    "v2": "value-two-MARKER-Sj64gF",
    "probe": "value-of-the-probe-MARKER-Ua20mE",
}

FROZEN_EXITS = {0, 1, 2, *range(10, 24), 130, 143}


def die(message):
    """Ends the run with exit 2: something the sweep needs is not there."""
    print(f"{pathlib.Path(sys.argv[0]).name}: error: {message}", file=sys.stderr)
    raise SystemExit(2)


def need(*tools):
    """Ends the run unless every named program is installed."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        die(f"missing: {', '.join(missing)} (apt-get install {' '.join(missing)})")


def need_root():
    """Ends the run unless it is root's."""
    if os.geteuid() != 0:
        die("missing: root")


def binary(name="secrets-admin"):
    """The path of the binary under test."""
    folder = pathlib.Path(os.environ.get("STRONGROOM_BIN", ROOT / "target" / "release"))
    path = folder / name
    if not path.is_file():
        die(f"missing: {path} (build it, or set STRONGROOM_BIN to the directory that holds it)")
    return str(path.resolve())


def scratch(prefix):
    """A new private directory; the caller removes it."""
    return pathlib.Path(tempfile.mkdtemp(prefix=prefix))


def furnish(folder, inputs=None, state_dir=None, config=()):
    """Lays the config, with the lines of `config`, the state directory and the input files of a scratch store into `folder`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    state = pathlib.Path(state_dir) if state_dir else folder / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    write_private(folder / "config.toml", "\n".join(["[security]", f'state_dir = "{state}"', *config, ""]))
    (folder / "in").mkdir(mode=0o700, exist_ok=True)
    for name, text in (INPUTS if inputs is None else inputs).items():
        write_private(folder / "in" / name, text)


def furnish_sized(folder, sized):
    """Lays the files of `{name: length}` into `folder`: the same bytes each time, which nobody wants to read in a case."""
    for name, length in sized.items():
        write_private(folder / name, random.Random(1).randbytes(length))


def write_private(path, text):
    """Writes a file that nobody else may read, whatever the umask."""
    data = text if isinstance(text, bytes) else text.encode()
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.fchmod(fd, 0o600)
        os.write(fd, data)
    finally:
        os.close(fd)


def tool(program, words):
    """The binary and what stands behind its name: another tool as the first word is the binary beside."""
    if words and words[0] in ("key-rotate", "validate-config", "wallet-backup"):
        return str(pathlib.Path(program).with_name(words[0])), list(words[1:])
    return program, list(words)


def argv(program, folder, words):
    """The full command line for `words`, with `{dir}` replaced."""
    program, words = tool(program, words)
    return [program] + [word.replace("{dir}", str(folder)) for word in COMMON + words]


def run(program, folder, words, timeout=30, prefix=(), **more):
    """Runs one command of the binary inside `folder` and returns the completed process.

    The umask is 000, so that a file that is not born private shows itself.
    """
    return subprocess.run(
        [*prefix, *argv(program, folder, words)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=timeout,
        umask=0,
        check=False,
        **more,
    )


def must(program, folder, words, **more):
    """Runs one command that has to succeed, else ends the sweep with what it said."""
    done = run(program, folder, words, **more)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        die(f"{pathlib.Path(program).name} {' '.join(words)}: exit {done.returncode}: {said}")
    return done


def furnish_steps(program, folder, steps):
    """Runs the set-up of a case: words of commands, or `{"copy": A, "to": B}`, `{"move": A, "to": B}`, `{"empty": DIR}`."""
    for step in steps:
        if isinstance(step, list):
            must(program, folder, step)
        elif "empty" in step:
            shutil.rmtree(folder / step["empty"])
            (folder / step["empty"]).mkdir(mode=0o700)
        else:
            place = folder / step["to"]
            source = folder / step.get("copy", step.get("move"))
            if "move" in step:
                if place.is_dir():
                    shutil.rmtree(place)
                source.rename(place)
            elif source.is_dir():
                shutil.copytree(source, place)
            else:
                shutil.copy2(source, place)


def new_store(program, folder, path="s.bin", kdf=CHEAP_KDF):
    """Makes a store opened by `in/pw`."""
    must(program, folder, ["init", path, "--kdf", kdf, "--new-passphrase-from", "file:in/pw"])


def set_words(name, source, path="s.bin", passphrase="in/pw"):
    """The words of one `set` from a file."""
    return ["set", path, name, "--from", f"file:{source}", "--passphrase-from", f"file:{passphrase}"]


def value_of(program, folder, name, path="s.bin", passphrase="in/pw", timeout=30):
    """The value of a secret as text, or None with the exit code: `(value, code)`."""
    words = ["get", path, name, "--json", "--passphrase-from", f"file:{passphrase}"]
    done = run(program, folder, words, timeout=timeout)
    if done.returncode != 0:
        return None, done.returncode
    try:
        return json.loads(done.stdout)["value"], 0
    except (ValueError, KeyError):
        return None, 0


def encodings(text):
    """Every form in which a secret is looked for: `{form: bytes}`."""
    raw = text if isinstance(text, bytes) else text.encode()
    forms = {"raw": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    if not isinstance(text, bytes):
        forms["utf16"] = text.encode("utf-16-le")
    # Base64 of a text inside a longer one depends on where it starts: three alignments, without the edges that touch
    # a neighbour.
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        tail = (len(raw) + shift) % 3
        forms[f"b64+{shift}"] = coded[4 if shift else 0 : len(coded) - (4 if tail else 0)]
    return forms


def files_of(folder, skip=("in", "config.toml")):
    """Paths of everything below `folder` relative to it, without the sweep's own files."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] not in skip:
            found.append(name)
    return found


def exposed(folder):
    """Names below `folder` that somebody else could read or write."""
    loose = []
    for name in files_of(folder):
        mode = (folder / name).lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o077:
            loose.append(f"{name} {stat.S_IMODE(mode):o}")
    return loose


def table(rows, head):
    """Prints rows under a heading, columns aligned."""
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)
