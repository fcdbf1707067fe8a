import type { DockerContainer } from '../../../snapshot/index.ts'
import { compact, type Fields, readFields } from './fields.ts'
import { withoutSecrets } from './withhold.ts'

/**
 * Trims an answer of `GET /containers/{id}/json`. Environment, command line, mounts and the log of the health check are not
 * looked at.
 *
 * @returns undefined, and a problem, for what has no id
 */
export function trimContainer(
  answer: unknown,
  where: string,
  problems: string[],
): DockerContainer | undefined {
  const container = readFields(answer, where, problems)
  const id = container.text('Id')
  if (id === '') {
    problems.push(`${where} has no Id`)
    return undefined
  }
  const config = container.fields('Config')
  const settings = container.fields('NetworkSettings')
  return {
    Id: id,
    Name: container.text('Name').replace(/^\//, ''),
    Created: container.text('Created'),
    Image: config.text('Image'),
    ImageID: container.text('Image'),
    Labels: withoutSecrets(config.map('Labels')),
    State: state(container.fields('State')),
    HostConfig: { NetworkMode: container.fields('HostConfig').text('NetworkMode') },
    NetworkSettings: {
      SandboxID: settings.text('SandboxID'),
      SandboxKey: settings.text('SandboxKey'),
      Ports: Object.fromEntries(
        settings
          .lists('Ports')
          .map(([port, bindings]) => [
            port,
            bindings.map(binding => ({ HostIp: binding.text('HostIp'), HostPort: binding.text('HostPort') })),
          ]),
      ),
      Networks: Object.fromEntries(
        settings.entries('Networks').map(([name, endpoint]) => [name, endpointSettings(endpoint)]),
      ),
    },
  }
}

function state(fields: Fields): DockerContainer['State'] {
  return compact({
    Status: fields.text('Status'),
    Pid: fields.number('Pid'),
    ExitCode: fields.optionalNumber('ExitCode'),
    StartedAt: moment(fields.text('StartedAt')),
    Error: fields.optionalText('Error'),
    Health: fields.fields('Health').optionalText('Status'),
  })
}

/** Go's zero time stands for a container that was never started. */
function moment(text: string): string | undefined {
  return text === '' || text.startsWith('0001-01-01T') ? undefined : text
}

function endpointSettings(fields: Fields): DockerContainer['NetworkSettings']['Networks'][string] {
  const asked = fields.fields('IPAMConfig')
  const addresses = compact({
    IPv4Address: asked.optionalText('IPv4Address'),
    IPv6Address: asked.optionalText('IPv6Address'),
  })
  return compact({
    NetworkID: fields.text('NetworkID'),
    EndpointID: fields.text('EndpointID'),
    Gateway: fields.text('Gateway'),
    IPAddress: fields.text('IPAddress'),
    IPPrefixLen: fields.number('IPPrefixLen'),
    IPv6Gateway: fields.text('IPv6Gateway'),
    GlobalIPv6Address: fields.text('GlobalIPv6Address'),
    GlobalIPv6PrefixLen: fields.number('GlobalIPv6PrefixLen'),
    MacAddress: fields.text('MacAddress'),
    Aliases: fields.texts('Aliases'),
    DNSNames: fields.texts('DNSNames'),
    DriverOpts: withoutSecrets(fields.map('DriverOpts')),
    GwPriority: fields.optionalNumber('GwPriority'),
    IPAMConfig: Object.keys(addresses).length > 0 ? addresses : undefined,
  })
}
