"""Threads of a daemon, and how to make one stand still, as a lock that never comes or a disk that hangs does."""

import contextlib
import ctypes
import os
import pathlib
import threading
import time
import unittest

ATTACH, DETACH = 16, 17  # of ptrace(2)
WALL = 0x40000000        # of waitpid(2): for threads as well

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
libc.ptrace.restype = ctypes.c_long


def threads_of(daemon):
    """Name of each thread by its id."""
    tasks = pathlib.Path(f"/proc/{daemon.process.pid}/task")
    found = {}
    for task in tasks.iterdir():
        with contextlib.suppress(OSError):  # it has ended
            found[int(task.name)] = (task / "comm").read_text().strip()
    return found


class Frozen:
    """A thread of another process that stands still until the block ends, or the process does.

    The kernel wants one and the same thread to trace: this one is of the test's own making.
    """

    def __init__(self, thread):
        self.thread = thread
        self.error = None
        self.stands, self.thaw = threading.Event(), threading.Event()
        self.tracer = threading.Thread(target=self._trace, daemon=True)

    def _trace(self):
        if libc.ptrace(ATTACH, self.thread, None, None) != 0:
            self.error = os.strerror(ctypes.get_errno())
            return self.stands.set()
        os.waitpid(self.thread, WALL)
        self.stands.set()
        while not self.thaw.is_set():
            # A process that ends is not gone before its traced threads are waited for.
            with contextlib.suppress(ChildProcessError):
                gone, _ = os.waitpid(self.thread, WALL | os.WNOHANG)
                if gone:
                    return
            time.sleep(0.01)
        libc.ptrace(DETACH, self.thread, None, None)

    def __enter__(self):
        self.tracer.start()
        self.stands.wait()
        if self.error:
            raise unittest.SkipTest(f"threads cannot be stopped here: {self.error}")
        return self

    def __exit__(self, *_):
        self.thaw.set()
        self.tracer.join()
