import type { Family } from '../../model.ts'
import { field, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-j REJECT`: drops, and answers with an ICMP error or a TCP reset. */
export type Reject = {
  readonly name: 'REJECT'
  /** `icmp-port-unreachable`, `icmp6-port-unreachable`, `tcp-reset` and so on. */
  readonly with: string
}

/** enum ipt_reject_with of ipt_REJECT.h, enum ip6t_reject_with of ip6t_REJECT.h; the empty ones are of old kernels. */
const answers: Readonly<Record<Family, readonly (string | undefined)[]>> = {
  ip: [
    'icmp-net-unreachable',
    'icmp-host-unreachable',
    'icmp-proto-unreachable',
    'icmp-port-unreachable',
    undefined,
    'icmp-net-prohibited',
    'icmp-host-prohibited',
    'tcp-reset',
    'icmp-admin-prohibited',
  ],
  ip6: [
    'icmp6-no-route',
    'icmp6-adm-prohibited',
    undefined,
    'icmp6-addr-unreachable',
    'icmp6-port-unreachable',
    undefined,
    'tcp-reset',
    'icmp6-policy-fail',
    'icmp6-reject-route',
  ],
}

const aliases: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  ip: {
    'net-unreach': 'icmp-net-unreachable',
    'host-unreach': 'icmp-host-unreachable',
    'proto-unreach': 'icmp-proto-unreachable',
    'port-unreach': 'icmp-port-unreachable',
    'net-prohib': 'icmp-net-prohibited',
    'host-prohib': 'icmp-host-prohibited',
    'tcp-rst': 'tcp-reset',
    'admin-prohib': 'icmp-admin-prohibited',
  },
  ip6: {
    'no-route': 'icmp6-no-route',
    'adm-prohibited': 'icmp6-adm-prohibited',
    'addr-unreach': 'icmp6-addr-unreachable',
    'port-unreach': 'icmp6-port-unreachable',
    'policy-fail': 'icmp6-policy-fail',
    'reject-route': 'icmp6-reject-route',
  },
}

const optionsOf = (family: Family) => ({
  '--reject-with': field('with', text => {
    const name = Object.hasOwn(aliases[family], text) ? aliases[family][text] : text
    return answers[family].find(answer => answer === name)
  }),
})

const options = { ip: optionsOf('ip'), ip6: optionsOf('ip6') }

/** struct ipt_reject_info and ip6t_reject_info: one number. */
export const reject: Extension<Reject> = {
  name: 'REJECT',
  revision: 0,
  size: sizes({ 0: 4 }),
  decode({ reader, at, family }) {
    const answer = answers[family][reader.u32(at)]
    return answer === undefined ? undefined : { name: 'REJECT', with: answer }
  },
  encode(value, writer, family) {
    writer.u32(answers[family].indexOf(value.with))
  },
  print: value => ['--reject-with', value.with],
  parse: (words, family) =>
    parseOptions(
      { name: 'REJECT', with: family === 'ip' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable' },
      words,
      options[family],
    ),
}
