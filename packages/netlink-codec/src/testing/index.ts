export { fakeTransport, type FakeReply } from './fake-transport.ts'
export { parseHexDump } from './hex-dump.ts'
export { recordingTransport, replayTransport } from './replay.ts'
