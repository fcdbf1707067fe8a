/** Runs where connections begin: makes those of its first argument, one after the other, and prints what each gave, as JSON. */
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { encode, RECURSION_DESIRED } from 'dns-packet'

export type Sending = {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly localPort: number
  readonly source?: string | undefined
  /** The name that a resolver is asked for. */
  readonly query?: string | undefined
}

export type Sent = { readonly localPort: number; readonly answer?: string; readonly failure?: string }

/** A busy machine loses a packet, and the kernel sends it again after one, three, seven seconds. */
const patience = 10_000

/** Asks for a page, which holds the name of the host that answers. */
function overTcp({ address, port, localPort, source }: Sending): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect({ host: address, port, localPort, ...(source && { localAddress: source }) })
    let text = ''
    socket.setTimeout(patience, () => socket.destroy(new Error('timeout')))
    socket.on('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'))
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    socket.on('error', fail)
    socket.on('close', () => done(text.trim().split('\n').at(-1) ?? ''))
  })
}

/** Asks a resolver for the address of a name. */
function overUdp({ address, port, localPort, query = '' }: Sending): Promise<string> {
  const question = encode({ id: 1, flags: RECURSION_DESIRED, questions: [{ type: 'A', name: query }] })
  return new Promise((done, fail) => {
    const socket = createSocket('udp4')
    const late = setTimeout(() => end(() => fail(new Error('timeout'))), patience)
    const end = (then: () => void): void => {
      clearTimeout(late)
      socket.close(then)
    }
    socket.on('error', error => end(() => fail(error)))
    socket.on('message', () => end(() => done('answered')))
    socket.bind(localPort, () => socket.send(question, port, address))
  })
}

const sent: Sent[] = []
for (const sending of JSON.parse(process.argv[2] ?? '[]') as Sending[]) {
  const { localPort } = sending
  try {
    const answer = await (sending.protocol === 'tcp' ? overTcp(sending) : overUdp(sending))
    sent.push({ localPort, answer })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    sent.push({ localPort, failure: code ?? message })
  }
}
process.stdout.write(JSON.stringify(sent))
