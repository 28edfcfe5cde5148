"""Runs a program to its last moment and reads all of its memory there.

The program is traced with PTRACE_O_TRACEEXIT: on every way out, by `exit_group` or by a deadly signal, the kernel stops
it when nothing of it will run again and nothing is unmapped yet. `/proc/PID/mem` is read then, so that what a core dump
leaves out (MADV_DONTDUMP, locked pages, pages without read permission) is seen too.
"""

import array
import ctypes
import fcntl
import os
import pty
import signal
import subprocess
import termios
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.restype = ctypes.c_long
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
TRACEME, CONT, SETOPTIONS = 0, 7, 0x4200
OPT_TRACEEXIT, OPT_EXITKILL = 0x40, 0x100000
EVENT_EXIT = 6
# Pages of the kernel's own that every process has and no one can read this way.
KERNEL_MAPS = ("[vvar]", "[vvar_vclock]", "[vsyscall]")


def ptrace(request, pid, data=0):
    if LIBC.ptrace(request, pid, None, data) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Tracee:
    """What is known of a run: `code` (negative: signal), `hits` {needle: count}, `scanned` and `unread` bytes."""

    def __init__(self):
        self.pid = self.code = None
        self.hits, self.scanned, self.unread = {}, 0, 0
        self.output = b""
        self.late = False

    def comes(self, test, seconds=20.0):
        """Whether `test()` became true in time, while the program still ran."""
        end = time.monotonic() + seconds
        while self.code is None and time.monotonic() < end:
            if test():
                return True
            time.sleep(0.005)
        return False


def run(command, cwd, needles, driver=None, terminal=False, timeout=120):
    """Runs `command` under trace and counts what `needles()` ({name: bytes}) answers then in its memory at the end.

    `driver(tracee, master)` runs in a thread beside it and may send signals and, with `terminal`, type at `master`, the
    controlling terminal of the program. It waits with `tracee.comes`, which ends with the program: the terminal is closed
    after the driver is done, as the next one is likely to get the same number.
    """
    tracee = Tracee()
    master = slave = None
    if terminal:
        master, slave = pty.openpty()

    def child():
        os.setsid()
        if terminal:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        ptrace(TRACEME, 0)

    stdio = slave if terminal else subprocess.DEVNULL
    stdout = slave if terminal else subprocess.PIPE
    process = subprocess.Popen(command, cwd=cwd, stdin=stdio, stdout=stdout, stderr=subprocess.STDOUT, preexec_fn=child)
    tracee.pid = process.pid
    _, status = os.waitpid(process.pid, 0)
    if not os.WIFSTOPPED(status):
        raise RuntimeError(f"{command[0]}: did not stop at its start")
    ptrace(SETOPTIONS, process.pid, OPT_TRACEEXIT | OPT_EXITKILL)
    ptrace(CONT, process.pid)
    collector = threading.Thread(target=collect, args=(tracee, process, master), daemon=True)
    threads = [collector]
    if driver:
        threads.append(threading.Thread(target=driver, args=(tracee, master), daemon=True))
    watchdog = threading.Timer(timeout, give_up, [tracee])
    for thread in [*threads, watchdog]:
        thread.start()
    while True:
        _, status = os.waitpid(process.pid, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            break
        if status >> 16 == EVENT_EXIT:
            if not tracee.late:
                read_memory(tracee, needles)
            ptrace(CONT, process.pid)
        else:
            stop = os.WSTOPSIG(status)
            ptrace(CONT, process.pid, 0 if stop == signal.SIGTRAP else stop)
    watchdog.cancel()
    tracee.code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    process.returncode = tracee.code
    if slave is not None:
        tracee.echo = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
        os.close(slave)
    for thread in threads[1:]:
        thread.join()
    # Something that the program left behind may hold its output open; then the reader keeps it.
    collector.join(5)
    if not collector.is_alive():
        if master is not None:
            os.close(master)
        if process.stdout:
            process.stdout.close()
    return tracee


def give_up(tracee):
    tracee.late = True
    os.kill(tracee.pid, signal.SIGKILL)


def collect(tracee, process, master):
    """Keeps what the program prints, so that it never waits for a reader."""
    source = process.stdout.fileno() if master is None else master
    try:
        while piece := os.read(source, 65536):
            tracee.output += piece
    except OSError:
        pass


def read_memory(tracee, needles):
    """Counts the needles in every mapping of a stopped process."""
    # Asked only now: keys that the program made are in the files it wrote.
    needles = needles()
    tracee.hits = dict.fromkeys(needles, 0)
    keep = max(map(len, needles.values()), default=1) - 1
    with open(f"/proc/{tracee.pid}/maps", encoding="ascii", errors="replace") as maps:
        lines = maps.read().splitlines()
    fd = os.open(f"/proc/{tracee.pid}/mem", os.O_RDONLY)
    pages = os.open(f"/proc/{tracee.pid}/pagemap", os.O_RDONLY)
    try:
        for line in lines:
            where, *rest = line.split()
            if rest[-1] in KERNEL_MAPS:
                continue
            for at, end in touched(pages, *(int(part, 16) for part in where.split("-"))):
                scan(tracee, fd, at, end, needles, keep)
    finally:
        os.close(fd)
        os.close(pages)


def touched(pages, start, end):
    """The parts of a mapping that the program ever touched: pages in memory or swapped out. The rest are zeros or files."""
    size = os.sysconf("SC_PAGE_SIZE")
    flags = array.array("Q", os.pread(pages, (end - start) // size * 8, start // size * 8))
    if len(flags) != (end - start) // size:
        # No page map for this one: all of it.
        yield start, end
        return
    run = None
    for number, flag in enumerate(flags):
        if flag >> 62 and run is None:
            run = start + number * size
        elif not flag >> 62 and run is not None:
            yield run, start + number * size
            run = None
    if run is not None:
        yield run, end


def scan(tracee, fd, at, end, needles, keep):
    """Counts the needles between two addresses."""
    tail = b""
    while at < end:
        try:
            block = os.pread(fd, min(1 << 24, end - at), at)
        except OSError:
            block = b""
        if not block:
            # One page that cannot be read does not hide those after it.
            tracee.unread += min(4096, end - at)
            at += 4096
            tail = b""
            continue
        tracee.scanned += len(block)
        text = tail + block
        for name, needle in needles.items():
            tracee.hits[name] += text.count(needle)
        tail = text[-keep:] if keep else b""
        at += len(block)



def send(pid, which):
    """Signals a process that may be gone already."""
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        pass


def resident(pid):
    """Resident memory of a process in bytes, 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def holds_open(pid, name):
    """Whether a process has a file of that name open."""
    try:
        return any(os.readlink(f"/proc/{pid}/fd/{fd}").endswith(name) for fd in os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False
