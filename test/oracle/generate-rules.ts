import { type Command, ipLines, type World } from './facet.ts'
import type { Random } from './random.ts'

export function randomRules(world: World, random: Random): Command[] {
  const lines = (family: 'inet' | 'inet6'): string[] => [
    ...random.list(random.int(0, 7), () => ruleLine(world, random, family)),
    ...random.maybe(0.1, 'rule del pref 32766'),
  ]
  return [...ipLines(lines('inet')), ...ipLines(lines('inet6'), 'ip -6')]
}

function ruleLine(world: World, random: Random, family: 'inet' | 'inet6'): string {
  const prefix = (): string =>
    family === 'inet'
      ? random.pick([`10.${random.int(0, 255)}.0.0/16`, `192.0.2.${random.int(0, 255)}`, '0.0.0.0/1'])
      : random.pick([`2001:db8:${random.int(1, 999)}::/48`, `fd00::${random.int(1, 99)}`, '::/3'])
  const device = (): string => random.pick([...world.links.map(link => link.name), 'lo', 'gone0'])
  const ports = (): string => {
    const first = random.int(1, 60_000)
    return random.chance(0.5) ? String(first) : `${first}-${first + random.int(1, 5000)}`
  }
  return [
    'rule add',
    ...random.maybe(0.15, 'not'),
    `pref ${random.int(1, 40_000)}`,
    ...random.maybe(0.5, `from ${prefix()}`),
    ...random.maybe(0.4, `to ${prefix()}`),
    ...random.maybe(0.15, `tos ${random.pick(['0x10', '0x08', '0x04', '0x18'])}`),
    ...random.maybe(
      0.4,
      `fwmark 0x${random.int(0, 2 ** 31).toString(16)}${random.pick(['', '/0xff00', '/0x1', '/0xffffffff'])}`,
    ),
    ...random.maybe(0.2, `iif ${device()}`),
    ...random.maybe(0.2, `oif ${device()}`),
    ...random.maybe(0.15, `uidrange ${random.int(0, 1000)}-${random.int(1000, 70_000)}`),
    ...random.maybe(0.3, `ipproto ${random.pick(['tcp', 'udp', 'icmp', 'ipv6-icmp', 'sctp', '200', '255'])}`),
    ...random.maybe(0.2, `sport ${ports()}`),
    ...random.maybe(0.2, `dport ${ports()}`),
    ...random.maybe(0.1, `tun_id ${random.int(1, 2 ** 31)}`),
    ...random.maybe(0.2, `protocol ${random.pick(['static', 'dhcp', 'kernel', '99', '250'])}`),
    ...action(random),
  ].join(' ')
}

function action(random: Random): string[] {
  const kind = random.pick(['table', 'table', 'table', 'goto', 'type', 'nop', 'l3mdev'])
  switch (kind) {
    case 'goto':
      return [`goto ${random.int(20_000, 50_000)}`]
    case 'type':
      return [random.pick(['blackhole', 'prohibit', 'unreachable'])]
    case 'nop':
      return ['nop']
    case 'l3mdev':
      return ['l3mdev']
    default:
      return [
        `table ${random.pick(['main', 'local', 'default', '5', '1000', '4294967295'])}`,
        ...random.maybe(0.3, `suppress_prefixlength ${random.int(0, 32)}`),
        ...random.maybe(0.2, `suppress_ifgroup ${random.pick(['default', '7'])}`),
        ...random.maybe(0.2, `realms ${random.pick(['4', '3/9'])}`),
      ]
  }
}
