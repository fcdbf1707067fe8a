"""Answers on every port that it is given: TCP by listening, UDP with what came. Says "ready" once, and ends with its input."""
import select, socket, sys

sockets = []
for port in map(int, sys.argv[1:]):
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(("0.0.0.0", port))
    tcp.listen(1024)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IP, socket.IP_PKTINFO if hasattr(socket, "IP_PKTINFO") else 8, 1)
    udp.bind(("0.0.0.0", port))
    sockets.append(udp)
    sockets.append(tcp)

print("ready", flush=True)
while True:
    ready, _, _ = select.select([sys.stdin, *sockets], [], [])
    if sys.stdin in ready:
        break
    for one in ready:
        if one.type != socket.SOCK_DGRAM:
            continue
        data, info, _, peer = one.recvmsg(2048, 256)
        # Answered from the address that was asked: struct in_pktinfo.
        answer = [(socket.IPPROTO_IP, 8, b"\0" * 4 + body[4:8] + b"\0" * 4) for _, _, body in info]
        one.sendmsg([data], answer, 0, peer)
