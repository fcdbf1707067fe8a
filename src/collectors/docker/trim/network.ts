import type { DockerNetwork, DockerNetworkService } from '../../../snapshot/index.ts'
import { compact, type Fields, readFields } from './fields.ts'
import { withoutSecrets } from './withhold.ts'

/**
 * Trims an answer of `GET /networks/{id}`, with or without `verbose=true`.
 *
 * @returns undefined, and a problem, for what has no id
 */
export function trimNetwork(answer: unknown, where: string, problems: string[]): DockerNetwork | undefined {
  const network = readFields(answer, where, problems)
  const id = network.text('Id')
  if (id === '') {
    problems.push(`${where} has no Id`)
    return undefined
  }
  const peers = network.list('Peers').map(peer => ({ Name: peer.text('Name'), IP: peer.text('IP') }))
  const services = network.entries('Services')
  return compact({
    Name: network.text('Name'),
    Id: id,
    Created: network.optionalText('Created'),
    Scope: network.text('Scope'),
    Driver: network.text('Driver'),
    EnableIPv4: network.optionalFlag('EnableIPv4'),
    EnableIPv6: network.flag('EnableIPv6'),
    Internal: network.flag('Internal'),
    Attachable: network.flag('Attachable'),
    Ingress: network.flag('Ingress'),
    ConfigOnly: network.optionalFlag('ConfigOnly'),
    ConfigFrom: network.fields('ConfigFrom').optionalText('Network'),
    IPAM: ipam(network.fields('IPAM')),
    Options: withoutSecrets(network.map('Options')),
    Labels: withoutSecrets(network.map('Labels')),
    Containers: Object.fromEntries(
      network.entries('Containers').map(([key, container]) => [
        key,
        {
          Name: container.text('Name'),
          EndpointID: container.text('EndpointID'),
          MacAddress: container.text('MacAddress'),
          IPv4Address: container.text('IPv4Address'),
          IPv6Address: container.text('IPv6Address'),
        },
      ]),
    ),
    Peers: peers.length > 0 ? peers : undefined,
    Services:
      services.length > 0
        ? Object.fromEntries(services.map(([name, service]) => [name, networkService(service)]))
        : undefined,
  })
}

function ipam(fields: Fields): DockerNetwork['IPAM'] {
  return {
    Driver: fields.text('Driver'),
    Options: withoutSecrets(fields.map('Options')),
    Config: fields.list('Config').map(config => {
      const auxiliary = config.map('AuxiliaryAddresses')
      return compact({
        Subnet: config.optionalText('Subnet'),
        IPRange: config.optionalText('IPRange'),
        Gateway: config.optionalText('Gateway'),
        AuxiliaryAddresses: Object.keys(auxiliary).length > 0 ? auxiliary : undefined,
      })
    }),
  }
}

function networkService(service: Fields): DockerNetworkService {
  return {
    VIP: address(service.text('VIP')),
    Ports: service.texts('Ports'),
    LocalLBIndex: service.number('LocalLBIndex'),
    Tasks: service.list('Tasks').map(task => ({
      Name: task.text('Name'),
      EndpointID: task.text('EndpointID'),
      EndpointIP: address(task.text('EndpointIP')),
      Info: withoutSecrets(task.map('Info')),
    })),
  }
}

/** Go prints an address that is not there as `<nil>` (net.IP's String), and engines before 29 pass that on. */
function address(text: string): string {
  return text === '<nil>' ? '' : text
}
