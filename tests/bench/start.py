"""Starts the daemon nine times in an empty directory and waits for the answer that it is ready.
Prints the median and the longest time in ms, and the resident MB of the last one, a second later.
Usage: start.py BINARY PORT"""
import http.client
import statistics
import subprocess
import sys
import tempfile
import time

from process import resident_mb

binary, port = sys.argv[1:]


def is_ready():
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    try:
        connection.request("GET", "/_squire/health")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()


times = []
for _ in range(9):
    with tempfile.TemporaryDirectory() as directory:
        command = [binary, "--port", port, "--data-dir", directory + "/data", "--log-level", "error"]
        began = time.perf_counter()
        daemon = subprocess.Popen(command)
        while not is_ready():
            time.sleep(0.0002)
        times.append((time.perf_counter() - began) * 1000)
        if len(times) == 9:
            time.sleep(1)
            resident = resident_mb(daemon.pid)
        daemon.terminate()
        daemon.wait()
print(f"{statistics.median(times):.0f} {max(times):.0f} {resident:.1f}")
