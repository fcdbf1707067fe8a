/** Random virtual services and real servers, as `ipvsadm` takes them. */

/** A generator of numbers from a seed: the same seed, the same tables. mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export type RandomTables = {
  /** Lines for `ipvsadm -R`. */
  readonly commands: string[]
  readonly services: number
  readonly realServers: number
}

/** @param schedulers those that the kernel has; @param engines its persistence engines */
export function randomTables(
  random: () => number,
  schedulers: readonly string[],
  engines: readonly string[],
): RandomTables {
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)]!
  const chance = (share: number): boolean => random() < share
  const word = (): string => pick(['0', '0', '1', 'ffff', below(65536).toString(16)])
  const ipv4 = (): string => `${1 + below(222)}.${below(256)}.${below(256)}.${1 + below(254)}`
  const ipv6 = (): string =>
    `fd${below(256).toString(16).padStart(2, '0')}:${word()}:${word()}:${word()}::${word()}:1`
  const address = (six: boolean): string => (six ? `[${ipv6()}]` : ipv4())

  const commands: string[] = []
  const names = new Set<string>()
  let realServers = 0
  const count = 1 + below(24)
  for (let i = 0; i < count; i++) {
    const six = chance(0.4)
    const marked = chance(0.3)
    const persistent = chance(0.5)
    const protocol = pick(['-t', '-t', '-u', '--sctp-service'])
    const port = persistent && chance(0.2) ? 0 : 1 + below(65535)
    const name = marked
      ? `-f ${chance(0.2) ? 2 ** 31 + below(2 ** 31 - 1) : 1 + below(1000)}${six ? ' -6' : ''}`
      : `${protocol} ${address(six)}:${port}`
    if (names.has(name)) continue
    names.add(name)
    const scheduler = pick(schedulers)
    let line = `-A ${name} -s ${scheduler}`
    if (chance(0.4)) {
      const [first, second, third] =
        scheduler === 'sh' || scheduler === 'mh'
          ? [`${scheduler}-fallback`, `${scheduler}-port`, undefined]
          : ['flag-1', 'flag-2', 'flag-3']
      const flags = [first, second, third].filter(flag => flag !== undefined && chance(0.6))
      if (flags.length > 0) line += ` -b ${flags.join(',')}`
    }
    if (persistent) {
      line += ` -p ${chance(0.2) ? '' : 1 + below(86_400)}`
      if (chance(0.6))
        line += ` -M ${six ? 1 + below(128) : pick(['255.255.255.0', '255.255.0.0', '255.254.0.0', '255.0.0.0'])}`
    }
    if (protocol === '-u' && !marked && persistent && engines.length > 0 && chance(0.6)) {
      line += ` --pe ${pick(engines)}`
    }
    if ((protocol === '-u' || marked) && chance(0.4)) line += ' -o'
    commands.push(line.replaceAll(/ +/g, ' '))

    const servers = new Set<string>()
    const wanted = below(10)
    for (let j = 0; j < wanted; j++) {
      const method = pick(['-m', '-g', '-i'])
      // Another family than the service's is allowed for tunnels only (ip_vs_genl_set_cmd).
      const serverSix = method === '-i' && chance(0.2) ? !six : six
      // Direct routing and tunnels keep the port of the service.
      const serverPort = marked ? 0 : method === '-m' ? 1 + below(65535) : port
      const server = `${address(serverSix)}:${serverPort}`
      if (servers.has(server)) continue
      servers.add(server)
      let options = `${method} -w ${pick([0, 1, 1 + below(100), below(65536), 2147483647])}`
      if (method === '-i' && chance(0.7)) {
        const type = pick(['ipip', 'gue', 'gre'])
        options += ` --tun-type ${type}`
        if (type === 'gue') options += ` --tun-port ${1 + below(65535)}`
        if (type === 'gue') options += pick(['', ' --tun-nocsum', ' --tun-csum', ' --tun-remcsum'])
        if (type === 'gre') options += pick(['', ' --tun-nocsum', ' --tun-csum'])
      }
      if (chance(0.3)) {
        const upper = 1 + below(100_000)
        options += ` -x ${upper} -y ${below(upper)}`
      }
      commands.push(`-a ${name} -r ${server} ${options}`)
      realServers++
    }
  }
  return { commands, services: names.size, realServers }
}
