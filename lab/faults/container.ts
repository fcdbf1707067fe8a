/** Faults inside of containers and their sandboxes. */
import { containerOf, host } from '../scenarios/scenario.ts'
import { insider } from '../scenarios/shared.ts'
import { always, deleteRules, type Fault, faultAt, keep, never, putBack, sometimes } from './fault.ts'
import { apiFromNode1, direct, lookup, mesh, mesh8080, outbound } from './probes.ts'

const task = containerOf('web', 'node2')
const scenario = 'swarm'

/** A service that is made anew with other environment. */
function misconfigured(
  fault: Pick<Fault, 'name' | 'about'> & { readonly env: string; readonly what: string },
): Fault {
  const { name, about, env, what } = fault
  const update = 'docker service update --quiet --update-parallelism 0 --update-monitor 10ms'
  return {
    name,
    code: 'C-01',
    scenario,
    about,
    restarts: true,
    break: [{ at: host('node1'), run: `${update} --env-add ${env} web` }],
    undo: [{ at: host('node1'), run: `${update} --env-rm ${env.split('=')[0]} web` }],
    expects: [always(mesh('node1')), always(mesh('node2')), never(apiFromNode1)],
    hop: { at: task, kind: 'socket', what },
    look: 'ss -ltn',
  }
}

export const containerFaults: readonly Fault[] = [
  misconfigured({
    name: 'listens-on-loopback',
    about: 'The program in the tasks of web listens on 127.0.0.1 only.',
    env: 'BIND=127.0.0.1',
    what: 'nobody listens on port 80 but on 127.0.0.1',
  }),
  misconfigured({
    name: 'listens-on-wrong-port',
    about: 'The program in the tasks of web listens on port 81.',
    env: 'PORT=81',
    what: 'nobody listens on port 80',
  }),
  faultAt(task, {
    name: 'port-blocked-in-task',
    code: 'C-02',
    scenario,
    about: 'The sandbox of one task drops port 80.',
    break: 'iptables -I INPUT -p tcp --dport 80 -j DROP',
    undo: 'iptables -D INPUT -p tcp --dport 80 -j DROP',
    expects: [sometimes(mesh('node1')), sometimes(mesh('node2')), never(direct('node2'))],
    hop: { kind: 'rule', chain: 'filter/INPUT', what: 'DROP of port 80' },
    look: 'iptables -S INPUT',
  }),
  faultAt(task, {
    name: 'redirect-removed',
    code: 'C-02',
    scenario,
    about: 'One task does not turn port 8080 into port 80, and its filter drops 8080.',
    break: deleteRules('nat', 'PREROUTING', '--dport 8080 '),
    undo: putBack('nat'),
    expects: [sometimes(mesh8080), never(mesh('node1'))],
    hop: { kind: 'rule', chain: 'nat/PREROUTING', what: 'no REDIRECT from 8080 to 80' },
    look: 'iptables -t nat -S PREROUTING',
  }),
  faultAt(insider, {
    name: 'default-route-missing',
    code: 'C-03',
    scenario,
    about: 'A container has no default route: it reaches its overlay and nothing outside.',
    break: 'ip route show default >/run/kept; ip route del default',
    undo: 'ip route add $(cat /run/kept)',
    expects: [always(outbound), never(apiFromNode1)],
    hop: { kind: 'route', what: 'no default route' },
    look: 'ip route',
  }),
  faultAt(insider, {
    name: 'resolver-rules-missing',
    code: 'D-01',
    scenario,
    about: "The rules that lead from 127.0.0.11:53 to Docker's resolver are gone.",
    break: `${keep('nat')}; iptables -t nat -F DOCKER_OUTPUT`,
    undo: putBack('nat'),
    expects: [always(lookup), never(apiFromNode1)],
    hop: { kind: 'rule', chain: 'nat/DOCKER_OUTPUT', what: 'no DNAT to the resolver' },
    look: 'iptables -t nat -S DOCKER_OUTPUT',
  }),
  faultAt(host('node1'), {
    name: 'masquerade-removed',
    code: 'H-05',
    scenario,
    about: 'Containers of node1 leave with their own address on docker_gwbridge, which nobody outside knows.',
    break: deleteRules('nat', 'POSTROUTING', '! -o docker_gwbridge'),
    undo: putBack('nat'),
    expects: [always(outbound), never(apiFromNode1), never(mesh('node1'))],
    hop: { kind: 'rule', chain: 'nat/POSTROUTING', what: 'no MASQUERADE for docker_gwbridge' },
    look: 'iptables -t nat -S POSTROUTING',
  }),
  faultAt(containerOf('api', 'node2'), {
    name: 'task-address-lost',
    code: 'C-06',
    scenario,
    about: 'One task of api has lost its address on the overlay.',
    break:
      'ip -o -4 addr show to {task.api.node2.app} | awk \'{ print $2 }\' >/run/kept; ip addr del {task.api.node2.app}/24 dev "$(cat /run/kept)"',
    undo: 'ip addr add {task.api.node2.app}/24 brd + dev "$(cat /run/kept)"',
    expects: [sometimes(apiFromNode1), never(direct('node2'))],
    hop: { kind: 'route', what: 'the task does not have the address that Docker gave it' },
    look: 'ip -4 -br addr',
  }),
]
