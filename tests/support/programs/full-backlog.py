"""A server that never takes a connection: its queue is full, so further SYNs get no answer. Prints its port."""

import socket
import sys
import time

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
address = server.getsockname()
held = []
for _ in range(4):
    waiting = socket.socket()
    waiting.setblocking(False)
    try:
        waiting.connect(address)
    except BlockingIOError:
        pass
    held.append(waiting)
time.sleep(0.3)
print(address[1], flush=True)
sys.stdin.read()
