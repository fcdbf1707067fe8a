"""Attaches a program of two instructions to a device, by XDP: `xdp.py DEV pass|drop [generic|native]`."""
import ctypes, os, socket, struct, sys

libc = ctypes.CDLL(None, use_errno=True)
BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
device, verdict = sys.argv[1], {"drop": 1, "pass": 2}[sys.argv[2]]
mode = {"generic": 2, "native": 4}[sys.argv[3] if len(sys.argv) > 3 else "generic"]
# r0 = verdict; exit
code = ctypes.create_string_buffer(struct.pack("<BBhi", 0xB7, 0, 0, verdict) + struct.pack("<BBhi", 0x95, 0, 0, 0))
words = ctypes.create_string_buffer(b"GPL")
# union bpf_attr of BPF_PROG_LOAD: prog_type XDP, insn_cnt, insns, license.
attr = ctypes.create_string_buffer(struct.pack("<IIQQ", 6, 2, ctypes.addressof(code), ctypes.addressof(words)).ljust(128, b"\0"))
program = libc.syscall(BPF, 5, attr, 128)
if program < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
# IFLA_XDP of RTM_SETLINK: IFLA_XDP_FD, IFLA_XDP_FLAGS.
inner = struct.pack("<HHi", 8, 1, program) + struct.pack("<HHI", 8, 3, mode)
body = struct.pack("<BxHiII", 0, 0, socket.if_nametoindex(device), 0, 0) + struct.pack("<HH", 4 + len(inner), 43 | 0x8000) + inner
link = socket.socket(16, socket.SOCK_RAW, 0)
link.send(struct.pack("<IHHII", 16 + len(body), 19, 5, 1, 0) + body)
error = struct.unpack_from("<i", link.recv(4096), 16)[0]
if error:
    sys.exit(os.strerror(-error))
