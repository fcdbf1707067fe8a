/**
 * A resolver on 127.0.0.11:53 for tests, run inside a namespace; what it answers depends on the name. Prints `ready`.
 */
import { createSocket } from 'node:dgram'
import { decode, encode } from 'dns-packet'

const server = createSocket('udp4')
let asked = 0

server.on('message', (bytes, { port, address }) => {
  const { id = 0, questions = [] } = decode(bytes)
  const name = questions[0]?.name ?? ''
  const reply = (addresses: readonly string[], flags = 0, as = id): void => {
    const answers = addresses.map(data => ({ type: 'A' as const, name, ttl: 600, data }))
    server.send(encode({ type: 'response', id: as, flags, questions, answers }), port, address)
  }
  if (name === 'web') reply(['10.0.1.4', '10.0.1.3'])
  else if (name === 'forged') {
    reply(['192.0.2.1'], 0, (id + 1) % 0x10000)
    reply(['10.0.1.8'])
  } else if (name === 'lost' && ++asked % 2 === 0) reply(['10.0.1.9'])
  else if (name === 'empty') reply([])
  else if (name === 'garbage') server.send(Buffer.from([1, 2, 3]), port, address)
  else if (name === 'missing') reply([], 3)
})
server.bind(53, '127.0.0.11', () => process.stdout.write('ready\n'))
