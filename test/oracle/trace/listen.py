"""Listens on what it is given, a JSON list of {"protocol", "address", "port", "dev"}, and answers once whoever asks. Says "ready"; ends with its input."""
import json, select, socket, sys

SO_BINDTODEVICE = 25
sockets, asked = [], []
for one in json.loads(sys.argv[1]):
    family = socket.AF_INET6 if ":" in one["address"] else socket.AF_INET
    kind = socket.SOCK_STREAM if one["protocol"] == "tcp" else socket.SOCK_DGRAM
    sock = socket.socket(family, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if one.get("dev"):
        sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, one["dev"].encode())
    sock.bind((one["address"], one["port"]))
    if kind == socket.SOCK_STREAM:
        sock.listen(8)
    sockets.append(sock)

print("ready", flush=True)
while True:
    ready, _, _ = select.select([sys.stdin, *sockets], [], [])
    if sys.stdin in ready:
        break
    for sock in ready:
        if sock.type == socket.SOCK_STREAM:
            connection, _ = sock.accept()
            connection.send(b"here")
            asked.append(connection)
        else:
            # Which address it was spoken to at is not asked for: routing chooses what it answers from.
            _, peer = sock.recvfrom(4096)
            sock.sendto(b"here", peer)
