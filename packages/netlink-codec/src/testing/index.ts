export { parseHexDump } from './hex-dump.ts'
export { fakeTransport, type FakeReply } from './fake-transport.ts'
