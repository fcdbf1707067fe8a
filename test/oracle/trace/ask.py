"""Asks once, as it is told in JSON: {"protocol", "destination", "port", "bytes", "seconds"}. Prints "came", or why nothing did."""
import json, socket, struct, sys, time


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ping(family, destination, seconds):
    echo, reply, protocol = (8, 0, 1) if family == socket.AF_INET else (128, 129, 58)
    sock = socket.socket(family, socket.SOCK_RAW, protocol)
    head = struct.pack("!BBHHH", echo, 0, 0, 77, 1)
    head = struct.pack("!BBHHH", echo, 0, checksum(head), 77, 1)
    sock.sendto(head, (destination, 0))
    end = time.monotonic() + seconds
    while True:
        sock.settimeout(max(end - time.monotonic(), 0.001))
        data = sock.recv(2048)
        kind = data[(data[0] & 15) * 4] if family == socket.AF_INET else data[0]
        if kind == reply:
            return


one = json.loads(sys.argv[1])
destination, seconds = one["destination"], one["seconds"]
family = socket.AF_INET6 if ":" in destination else socket.AF_INET
try:
    if one["protocol"] == "icmp":
        ping(family, destination, seconds)
    else:
        kind = socket.SOCK_STREAM if one["protocol"] == "tcp" else socket.SOCK_DGRAM
        sock = socket.socket(family, kind)
        sock.settimeout(seconds)
        sock.connect((destination, one["port"]))
        if kind == socket.SOCK_DGRAM:
            sock.send(bytes(one.get("bytes", 28) - 28))
        sock.recv(64)
    print("came")
except OSError as error:
    print(error)
