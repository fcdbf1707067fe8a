/** An address of the namespace; so are the two that follow it. */
const vip = '10.99.0.1'

export const addresses = [
  ...[1, 2, 3].map(host => `10.99.0.${host}/24`),
  ...[1, 2].map(host => `fd99::${host}/64 nodad`),
]

/** Every option that this kernel takes, once: the tables of a capture that is to be read by people. */
export const everyOption = [
  `-A -t ${vip}:80 -s rr`,
  `-a -t ${vip}:80 -r 10.99.0.2:8080 -m -w 65535 -x 100 -y 50`,
  `-a -t ${vip}:80 -r 10.99.0.3:80 -g -w 0`,
  `-a -t ${vip}:80 -r 10.99.0.4:80 -i -w 5`,
  `-a -t ${vip}:80 -r 10.99.0.5:80 -i -w 5 --tun-type gue --tun-port 6080`,
  `-a -t ${vip}:80 -r 10.99.0.6:80 -i -w 5 --tun-type gue --tun-port 6080 --tun-csum`,
  `-a -t ${vip}:80 -r 10.99.0.7:80 -i -w 5 --tun-type gue --tun-port 6080 --tun-remcsum`,
  `-a -t ${vip}:80 -r 10.99.0.8:80 -i -w 5 --tun-type gre`,
  `-a -t ${vip}:80 -r 10.99.0.9:80 -i -w 5 --tun-type gre --tun-csum`,
  `-a -t ${vip}:80 -r [fd99::4]:80 -i -w 5`,
  `-A -t ${vip}:0 -s wrr -p 300 -M 255.255.0.0`,
  `-A -u ${vip}:53 -s lc -o`,
  `-A --sctp-service ${vip}:80 -s sh -b sh-fallback,sh-port -p`,
  `-A -t [fd99::1]:443 -s wrr -b flag-1,flag-3 -p 77 -M 48`,
  `-a -t [fd99::1]:443 -r [fd99::2]:8443 -m -w 2147483647`,
  `-a -t [fd99::1]:443 -r 10.99.0.6:443 -i -w 2`,
  '-A -f 276 -s rr',
  '-a -f 276 -r 10.99.0.2:0 -m -w 1',
  '-A -f 3000000000 -s sh',
  '-A -f 276 -6 -s rr -p 60',
  '-a -f 276 -6 -r [fd99::2]:0 -m -w 1',
]

/** Needs the persistence engine `sip`. */
export const sipOption = `-A -u ${vip}:5060 -s rr -p 100 --pe sip -o`

/** Services whose real servers are on the addresses above; `trafficProgram` talks to them. */
export const trafficTables = [
  `-A -t ${vip}:80 -s rr`,
  `-a -t ${vip}:80 -r 10.99.0.2:8080 -m -w 1 -x 500 -y 100`,
  `-a -t ${vip}:80 -r 10.99.0.3:8080 -m -w 3`,
  `-A -u ${vip}:53 -s rr -o`,
  `-a -u ${vip}:53 -r 10.99.0.2:5353 -m -w 1`,
  '-A -t [fd99::1]:443 -s rr -p 60 -M 64',
  '-a -t [fd99::1]:443 -r [fd99::2]:8443 -m -w 1',
]

/** For `node -e`: real servers that keep their first connection open, and clients that ask every 20 ms. */
export const trafficProgram = `
  const net = require('node:net'), dgram = require('node:dgram')
  for (const [host, port] of [['10.99.0.2', 8080], ['10.99.0.3', 8080], ['fd99::2', 8443]])
    net.createServer(function (socket) {
      socket.on('error', () => {})
      if (this.holdsOne) socket.end('x'.repeat(3000))
      this.holdsOne = true
    }).listen(port, host)
  dgram.createSocket('udp4').bind(5353, '10.99.0.2')
  const udp = dgram.createSocket('udp4')
  setInterval(() => {
    net.connect(80, '${vip}').on('error', () => {}).resume()
    net.connect(443, 'fd99::1').on('error', () => {}).resume()
    udp.send('hello', 53, '${vip}')
  }, 20)
`
