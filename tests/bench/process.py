"""What Linux tells of a process. As a program: process.py PID prints the CPU time, in microseconds,
that it and its children have taken."""

import os
import sys


def resident_mb(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def numbers(pid):
    """The numbers of /proc/PID/stat behind the name, which may hold anything (proc(5))."""
    with open(f"/proc/{pid}/stat") as file:
        return [int(field) for field in file.read().rpartition(") ")[2].split()[1:]]


def cpu_us(pid):
    """Of a process and its children, user and system."""
    ticks = 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            fields = numbers(name)
        except OSError:
            continue  # it has ended
        if int(name) == pid or fields[0] == pid:
            ticks += fields[10] + fields[11]
    return ticks * 1_000_000 // os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    print(cpu_us(int(sys.argv[1])))
