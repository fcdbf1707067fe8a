import { type Command, Option } from 'commander'
import type { Intent } from '../actions/intent.ts'
import type { ActionOptions } from './action/act.ts'
import { parseCount, parseMount, parsePair, parsePublish, several } from './action/words.ts'

/** How the rest of the command line speaks of looking at this node, and of numbers of seconds. */
export type Shared = {
  readonly looking: (command: Command) => Command
  readonly asking: (command: Command) => Command
  readonly seconds: (text: string) => number
}

const text = (value: string): string => value

/** The commands that change something, and those of the log. Options have the names that they have in the docker command. */
export function addActions(cli: Command, finish: (code: number) => void, shared: Shared): void {
  const net = cli.command('net').description('create, remove and connect networks')
  const service = cli.command('service').description('create, change and remove services of a Swarm')
  net.enablePositionalOptions()
  service.enablePositionalOptions()
  const acting = (command: Command): Command => addCommon(command, shared)
  const run = async (intent: Intent, options: ActionOptions): Promise<void> =>
    finish(await (await import('./action/act.ts')).act(intent, options))

  acting(net.command('create').description('create a network'))
    .argument('<name>', 'what it is called')
    .option('-d, --driver <driver>', 'overlay, bridge, macvlan, ipvlan, or a plugin', 'bridge')
    .option('--subnet <subnet>', 'ADDRESS/LENGTH; repeatable', several(text))
    .option('--gateway <address>', 'of the subnet that it is in; repeatable', several(text))
    .option(
      '--ip-range <range>',
      'containers get addresses of this part of the subnet; repeatable',
      several(text),
    )
    .option(
      '--aux-address <name=address>',
      'an address that no container gets; repeatable',
      several(parsePair),
    )
    .option('--attachable', 'containers may be connected by hand, not only tasks')
    .option('--internal', 'no way out of it')
    .option('--ingress', 'it is the network of the routing mesh')
    .option('--ipv6', 'with IPv6 addresses')
    .option('-o, --opt <name=value>', 'of the driver: encrypted, parent, …; repeatable', several(parsePair))
    .option('--label <name=value>', 'repeatable', several(parsePair))
    .action(async (name, options) =>
      finish(await (await import('./action/net.ts')).netCreateCommand(name, options)),
    )

  acting(net.command('rm').description('remove a network'))
    .argument('<network>', 'name or id')
    .action(async (network, options) => run({ kind: 'network-remove', network }, options))

  acting(net.command('prune').description('remove all networks that nothing uses')).action(async options =>
    run({ kind: 'network-prune' }, options),
  )

  acting(net.command('connect').description('connect a container to a network'))
    .argument('<network>', 'name or id')
    .argument('<container>', 'name or id')
    .option('--ip <address>', 'its IPv4 address there')
    .option('--ip6 <address>', 'its IPv6 address there')
    .option('--alias <name>', 'a further name there; repeatable', several(text))
    .action(async (network, container, options) =>
      finish(await (await import('./action/net.ts')).netConnectCommand(network, container, options)),
    )

  acting(net.command('disconnect').description('disconnect a container from a network'))
    .argument('<network>', 'name or id')
    .argument('<container>', 'name or id')
    .option('-f, --force', 'also when it does not run')
    .action(async (network, container, options: ActionOptions & { readonly force?: boolean }) =>
      run({ kind: 'network-disconnect', network, container, force: options.force ?? false }, options),
    )

  acting(service.command('create').description('create a service'))
    .argument('<image>', 'NAME[:TAG]')
    .argument('[argument...]', "in place of the image's own command")
    .passThroughOptions()
    .requiredOption('--name <name>', 'what it is called, also in DNS')
    .addOption(
      new Option('--mode <mode>', 'how many tasks').choices(['replicated', 'global']).default('replicated'),
    )
    .option('--replicas <count>', 'tasks; 1 when left out', parseCount)
    .option('--network <network>', 'name or id; repeatable', several(text))
    .addOption(
      new Option('--endpoint-mode <mode>', 'one virtual address, or those of the tasks')
        .choices(['vip', 'dnsrr'])
        .default('vip'),
    )
    .option(
      '-p, --publish <port>',
      '[PUBLISHED:]TARGET[/PROTOCOL] or published=…,target=…,mode=host; repeatable',
      several(parsePublish),
    )
    .option('--constraint <constraint>', 'where tasks may run: node.role==worker; repeatable', several(text))
    .option('-e, --env <name=value>', 'repeatable; never shown and never logged', several(text))
    .option('--mount <mount>', 'type=bind,source=…,target=…,readonly; repeatable', several(parseMount))
    .option('-l, --label <name=value>', 'repeatable', several(parsePair))
    .action(async (image, words, options) =>
      finish(await (await import('./action/service.ts')).serviceCreateCommand(image, words, options)),
    )

  acting(service.command('update').description('add or remove a published port, or restart all tasks'))
    .argument('<service>', 'name or id')
    .option('--publish-add <port>', 'publish a port', parsePublish)
    .option('--publish-rm <port>', 'publish a port no more; by its target port', parsePublish)
    .option('--force', 'every task anew')
    .action(async (name, options) =>
      finish(await (await import('./action/service.ts')).serviceUpdateCommand(name, options)),
    )

  acting(service.command('scale').description('change the number of tasks'))
    .argument('<service=tasks>', 'such as web=3')
    .action(async (word, options) =>
      finish(await (await import('./action/service.ts')).serviceScaleCommand(word, options)),
    )

  acting(service.command('rm').description('remove a service'))
    .argument('<service>', 'name or id')
    .action(async (name, options) => run({ kind: 'service-remove', service: name }, options))

  acting(cli.command('undo').description('take back a logged action; the last one that can be'))
    .argument('[id]', 'as cnmtop audit tells it')
    .action(async (id, options) => finish(await (await import('./action/audit.ts')).undoCommand(id, options)))

  shared
    .asking(cli.command('audit').description('tell what was changed from here, and what has no end'))
    .option('--json', 'as one JSON document')
    .action(async options => finish(await (await import('./action/audit.ts')).auditCommand(options)))
}

/** Whether anything may be changed at all. */
export function allowing(command: Command): Command {
  return command.addOption(
    new Option('--allow-actions', 'changing something is allowed; else cnmtop only reads').env(
      'CNMTOP_ALLOW_ACTIONS',
    ),
  )
}

/** A switch of the environment is on for commander as soon as it is there, whatever it says. */
export function readPermission(command: Command, env: Readonly<Record<string, string | undefined>>): void {
  if (command.getOptionValueSource('allowActions') !== 'env') return
  const isOn = /^(?:1|true|yes|on)$/i.test(env['CNMTOP_ALLOW_ACTIONS'] ?? '')
  command.setOptionValueWithSource('allowActions', isOn, 'env')
}

function addCommon(command: Command, { looking, seconds }: Shared): Command {
  return allowing(looking(command))
    .option('--dry-run', 'only tell what would be sent, and what comes of it')
    .option('--json', 'the plan, its end and what it changed as one JSON document')
    .option('-y, --yes', 'do not ask; what destroys needs --confirm')
    .option('--confirm <name>', 'the name that would have to be typed')
    .option('--wait <seconds>', 'how long until it has to be as wanted', seconds, 120)
    .option('--no-proof', 'do not look at the node again, nor follow the new path')
}
