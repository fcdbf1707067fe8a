/**
 * The system calls that Node has no function for, and nothing else. Synchronous, on the calling thread: that is
 * what makes entering a namespace safe (see enter.ts).
 *
 * Every function throws SystemCallError when the call fails; numbers are those of linux/… and bits/… headers.
 */
import { ByteReader, ByteWriter, errnoName } from 'netlink-codec'
import koffi from 'koffi'

/** A system call that failed, with the call's name and the error's. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly syscall: string
  readonly errno: number
  /** `EPERM`, `EINVAL`, … */
  readonly code: string

  constructor(syscall: string, errno: number) {
    super(`${syscall}: ${errnoName(errno)}`)
    this.syscall = syscall
    this.errno = errno
    this.code = errnoName(errno)
  }
}

// The process itself: libc is linked into Node, whatever its file is called (glibc or musl).
const library = koffi.load(null)
const native = {
  open: library.func('int open(const char *path, int flags)') as (path: string, flags: number) => number,
  openat: library.func('int openat(int directory, const char *path, int flags)') as (
    directory: number,
    path: string,
    flags: number,
  ) => number,
  read: library.func('int64_t read(int fd, void *buffer, size_t size)') as (
    fd: number,
    buffer: Uint8Array,
    size: number,
  ) => number,
  close: library.func('int close(int fd)') as (fd: number) => number,
  ioctl: library.func('int ioctl(int fd, unsigned long request)') as (fd: number, request: number) => number,
  setns: library.func('int setns(int fd, int type)') as (fd: number, type: number) => number,
  socket: library.func('int socket(int domain, int type, int protocol)') as (
    domain: number,
    type: number,
    protocol: number,
  ) => number,
  send: library.func('int64_t send(int fd, const void *buffer, size_t size, int flags)') as (
    fd: number,
    buffer: Uint8Array,
    size: number,
    flags: number,
  ) => number,
  recv: library.func('int64_t recv(int fd, void *buffer, size_t size, int flags)') as (
    fd: number,
    buffer: Uint8Array,
    size: number,
    flags: number,
  ) => number,
  bind: library.func('int bind(int fd, const void *address, uint32_t size)') as (
    fd: number,
    address: Uint8Array,
    size: number,
  ) => number,
  connect: library.func('int connect(int fd, const void *address, uint32_t size)') as (
    fd: number,
    address: Uint8Array,
    size: number,
  ) => number,
  getsockname: library.func('int getsockname(int fd, void *address, void *size)') as (
    fd: number,
    address: Uint8Array,
    size: Uint32Array,
  ) => number,
  epollCreate: library.func('int epoll_create1(int flags)') as (flags: number) => number,
  epollControl: library.func('int epoll_ctl(int epoll, int operation, int fd, void *event)') as (
    epoll: number,
    operation: number,
    fd: number,
    event: Uint8Array,
  ) => number,
  epollWait: library.func('int epoll_wait(int epoll, void *events, int most, int timeout)') as (
    epoll: number,
    events: Uint8Array,
    most: number,
    timeout: number,
  ) => number,
  setsockopt: library.func(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t size)',
  ) as (fd: number, level: number, name: number, value: Uint8Array, size: number) => number,
  getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *size)') as (
    fd: number,
    level: number,
    name: number,
    value: Uint8Array,
    size: Uint32Array,
  ) => number,
  mallocTrim: optional('int malloc_trim(size_t pad)') as ((pad: number) => number) | undefined,
}

/** A function that not every C library has. */
function optional(prototype: string): unknown {
  try {
    return library.func(prototype)
  } catch {
    return undefined
  }
}

const O_RDONLY = 0
const O_CLOEXEC = 0o2000000
const CLONE_NEWNET = 0x40000000
/** _IO(NSIO, 3) of linux/nsfs.h. */
const NS_GET_NSTYPE = 0xb703
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000

function check(syscall: string, result: number): number {
  if (result < 0) throw new SystemCallError(syscall, koffi.errno())
  return result
}

/** Opens for reading, close-on-exec. */
export function openReadOnly(path: string): number {
  return check('open', native.open(path, O_RDONLY | O_CLOEXEC))
}

/** Opens for reading, by a path that begins in an open directory. */
export function openReadOnlyAt(directory: number, path: string): number {
  return check('openat', native.openat(directory, path, O_RDONLY | O_CLOEXEC))
}

/** Gives memory that was freed back to the system (malloc_trim of glibc; other libraries have nothing to give). */
export function trimMemory(): void {
  native.mallocTrim?.(0)
}

/** Bytes read; 0 at the end. */
export function read(fd: number, buffer: Uint8Array): number {
  return check('read', native.read(fd, buffer, buffer.length))
}

/** Never throws: a descriptor is gone after close, whatever close says. */
export function close(fd: number): void {
  native.close(fd)
}

/** Moves the calling thread into the network namespace that `fd` refers to. Only enter.ts may call it. */
export function setNetworkNamespace(fd: number): void {
  check('setns', native.setns(fd, CLONE_NEWNET))
}

/** CLONE_NEW* of linux/sched.h by the words that /proc/PID/ns has for them. */
const namespaceTypes: Readonly<Record<number, string>> = {
  0x80: 'time',
  0x20000: 'mnt',
  0x2000000: 'cgroup',
  0x4000000: 'uts',
  0x8000000: 'ipc',
  0x10000000: 'user',
  0x20000000: 'pid',
  [CLONE_NEWNET]: 'net',
}

/**
 * What kind of namespace a descriptor of nsfs refers to: `net`, `mnt`, `uts`, ...; a number that has no word in hex.
 *
 * @throws SystemCallError ENOTTY before Linux 4.11, and when it is not of nsfs
 */
export function namespaceType(fd: number): string {
  const type = check('ioctl', native.ioctl(fd, NS_GET_NSTYPE))
  return namespaceTypes[type] ?? `0x${type.toString(16)}`
}

/** A raw socket, close-on-exec, in the namespace that the thread is in. */
export function rawSocket(domain: number, protocol: number): number {
  return check('socket', native.socket(domain, SOCK_RAW | SOCK_CLOEXEC, protocol))
}

/**
 * A datagram socket, close-on-exec, in the namespace that the thread is in. Options of netfilter (nf_getsockopt) can be
 * asked of any socket of the family, and this one needs no CAP_NET_RAW.
 */
export function datagramSocket(domain: number): number {
  return check('socket', native.socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0))
}

/** A TCP socket, close-on-exec, in the namespace that the thread is in. */
export function streamSocket(domain: number): number {
  return check('socket', native.socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0))
}

export function send(fd: number, bytes: Uint8Array): void {
  check('send', native.send(fd, bytes, bytes.length, 0))
}

/** Bytes received; with MSG_TRUNC in `flags` the length of the datagram even if it did not fit. */
export function receive(fd: number, buffer: Uint8Array, flags: number): number {
  return check('recv', native.recv(fd, buffer, buffer.length, flags))
}

export function setSocketOption(fd: number, level: number, name: number, value: Uint8Array): void {
  check('setsockopt', native.setsockopt(fd, level, name, value, value.length))
}

/** Fills `value` and returns how many bytes of it the kernel wrote. */
export function getSocketOption(fd: number, level: number, name: number, value: Uint8Array): number {
  const size = new Uint32Array([value.length])
  check('getsockopt', native.getsockopt(fd, level, name, value, size))
  return size[0]!
}

export function bind(fd: number, address: Uint8Array): void {
  check('bind', native.bind(fd, address, address.length))
}

/** The address that a socket is bound to: a struct sockaddr of its family. */
export function socketName(fd: number): Uint8Array {
  const address = new Uint8Array(128)
  const size = new Uint32Array([address.length])
  check('getsockname', native.getsockname(fd, address, size))
  return address.subarray(0, size[0])
}

/**
 * Of a datagram socket: where it sends to, and the only one that it hears. Of a stream socket: makes the connection, and waits for it
 * as long as SO_SNDTIMEO says (then EINPROGRESS).
 */
export function connect(fd: number, address: Uint8Array): void {
  check('connect', native.connect(fd, address, address.length))
}

const EPOLL_CTL_ADD = 1
const EPOLLIN = 1
const EPOLLPRI = 2
/** struct epoll_event is packed on x86-64 alone (linux/eventpoll.h): events u32, then data u64. */
const EPOLL_DATA = process.arch === 'x64' ? 4 : 8
const EPOLL_EVENT = EPOLL_DATA + 8
const MOST_EVENTS = 256
const epollEvents = new Uint8Array(MOST_EVENTS * EPOLL_EVENT)
const epollReader = new ByteReader(epollEvents)

/** A descriptor that tells which of many others have something to read. */
export function createPoll(): number {
  return check('epoll_create1', native.epollCreate(O_CLOEXEC))
}

/** Watches `fd` until it is closed; with `isFile` for what a file of /proc tells as an exception (its table changed). */
export function addToPoll(poll: number, fd: number, isFile = false): void {
  const event = new ByteWriter()
    .u32(isFile ? EPOLLPRI : EPOLLIN)
    .zeros(EPOLL_DATA - 4)
    .u32(fd)
    .u32(0)
  check('epoll_ctl', native.epollControl(poll, EPOLL_CTL_ADD, fd, event.finish()))
}

/** Descriptors that can be read now; does not wait. At most 256 at a time, others come with the next call. */
export function readable(poll: number): number[] {
  const count = check('epoll_wait', native.epollWait(poll, epollEvents, MOST_EVENTS, 0))
  return Array.from({ length: count }, (_, index) => epollReader.u32(index * EPOLL_EVENT + EPOLL_DATA))
}
