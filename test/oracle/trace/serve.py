"""Answers on every port that it is given: TCP by listening, UDP with what came. Says "ready" once, and ends with its input."""
import select, socket, sys

IPV6_RECVPKTINFO, IPV6_PKTINFO = 49, 50


def listen(family, port):
    tcp = socket.socket(family, socket.SOCK_STREAM)
    udp = socket.socket(family, socket.SOCK_DGRAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        for one in tcp, udp:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        udp.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
    else:
        udp.setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO
    for one in tcp, udp:
        one.bind(("", port))
    tcp.listen(1024)
    return [udp, tcp]


def from_asked(family, body):
    """Answered from the address that was asked: struct in_pktinfo, and in6_pktinfo without its interface."""
    if family == socket.AF_INET6:
        return (socket.IPPROTO_IPV6, IPV6_PKTINFO, body[:16] + b"\0" * 4)
    return (socket.IPPROTO_IP, 8, b"\0" * 4 + body[4:8] + b"\0" * 4)


sockets = [
    one for port in map(int, sys.argv[1:]) for family in (socket.AF_INET, socket.AF_INET6) for one in listen(family, port)
]
print("ready", flush=True)
while True:
    ready, _, _ = select.select([sys.stdin, *sockets], [], [])
    if sys.stdin in ready:
        break
    for one in ready:
        if one.type != socket.SOCK_DGRAM:
            continue
        data, info, _, peer = one.recvmsg(2048, 256)
        one.sendmsg([data], [from_asked(one.family, body) for _, _, body in info], 0, peer)
