"""Sends packets that are given whole: a JSON list of {"netns": path, "packet": hex, "bind": bool} a line.

Answers each line with the index and errno of those that were refused. The kernel fills in the IP checksum. It routes what a raw
socket sends by the socket's source address and type of service, not by the packet's: so each packet has a socket of its own.
"""
import ctypes, json, os, socket, sys

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


def enter(netns):
    with open(netns) as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def send(netns, packet, bind):
    enter(netns)
    if packet[0] >> 4 == 6:
        return send6(packet, bind)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, packet[1])
        if bind:
            raw.bind((socket.inet_ntoa(packet[12:16]), 0))
        raw.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))


def send6(packet, bind):
    # The protocol alone says that the header comes with it.
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, (packet[0] & 15) << 4 | packet[1] >> 4)
        if bind:
            raw.bind((socket.inet_ntop(socket.AF_INET6, packet[8:24]), 0))
        raw.sendto(packet, (socket.inet_ntop(socket.AF_INET6, packet[24:40]), 0))


for line in sys.stdin:
    refused = []
    for index, one in enumerate(json.loads(line)):
        try:
            send(one["netns"], bytes.fromhex(one["packet"]), one["bind"])
        except OSError as error:
            refused.append([index, error.errno])
    print(json.dumps(refused), flush=True)
