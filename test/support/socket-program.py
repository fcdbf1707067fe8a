"""Holds sockets open: one JSON description a line on standard input, an empty line ends the list."""
import json, os, socket, sys, time

held = []
for line in sys.stdin:
    if not line.strip():
        break
    want = json.loads(line)
    family = socket.AF_INET6 if want["family"] == "inet6" else socket.AF_INET
    kind = socket.SOCK_STREAM if want["protocol"] == "tcp" else socket.SOCK_DGRAM
    os.seteuid(want["uid"])
    held.append(socket.socket(family, kind))
    os.seteuid(0)
    one = held[-1]
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if want["v6only"] else 0)
    if want["device"]:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, want["device"].encode())
    try:
        one.bind((want["address"], want["port"]))
        if kind == socket.SOCK_STREAM:
            one.listen(want["backlog"])
        if want["connected"]:
            client = socket.socket(family, kind)
            client.connect((want["address"], one.getsockname()[1]))
            held.append(client)
    except OSError as error:
        print("not bound:", want, error, file=sys.stderr)
        held.pop().close()
print("ready", flush=True)
time.sleep(600)
