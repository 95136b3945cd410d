"""Opens idle long polls and prints what they cost the daemon. Usage: idle_polls.py PORT PID COUNT"""
import resource
import socket
import sys
import time

from process import resident_mb

port, pid, count = map(int, sys.argv[1:])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def cpu_seconds():
    fields = open(f"/proc/{pid}/stat").read().split()
    return (int(fields[13]) + int(fields[14])) / 100


body = b'{"QueueUrl":"idle","WaitTimeSeconds":20}'
request = (b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n"
           b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
polls = []
for _ in range(count):
    polls.append(socket.create_connection(("127.0.0.1", port)))
    polls[-1].sendall(request)
time.sleep(1)
before = cpu_seconds()
time.sleep(5)
print(f"{resident_mb(pid):.1f} {(cpu_seconds() - before) / 5 * 100:.1f}")
