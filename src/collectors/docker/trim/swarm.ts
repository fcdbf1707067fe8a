import type { DockerNode, DockerPort, DockerService, DockerTask } from '../../../snapshot/index.ts'
import { compact, type Fields, readFields } from './fields.ts'
import { withoutSecrets } from './withhold.ts'

/**
 * Trims an element of `GET /services`. Of the task template only image, networks and constraints are looked at: no
 * environment, no arguments, no mounts, no secrets.
 *
 * @returns undefined, and a problem, for what has no id; so do the two below
 */
export function trimService(answer: unknown, where: string, problems: string[]): DockerService | undefined {
  const service = readFields(answer, where, problems)
  const id = identity(service, where, problems)
  if (id === undefined) return undefined
  const spec = service.fields('Spec')
  const template = spec.fields('TaskTemplate')
  const endpoint = service.fields('Endpoint')
  // Before API 1.25 the networks stood beside the template; the engine still takes and gives them there.
  const networks = [...template.list('Networks'), ...spec.list('Networks')]
  return compact({
    ID: id,
    CreatedAt: service.optionalText('CreatedAt'),
    UpdatedAt: service.optionalText('UpdatedAt'),
    Version: version(service.optionalFields('Version')),
    Spec: {
      Name: spec.text('Name'),
      Labels: withoutSecrets(spec.map('Labels')),
      Image: template.fields('ContainerSpec').text('Image'),
      Networks: networks.map(network => ({
        Target: network.text('Target'),
        Aliases: network.texts('Aliases'),
      })),
      Constraints: template.fields('Placement').texts('Constraints'),
      Mode: mode(spec.fields('Mode')),
      EndpointMode: spec.fields('EndpointSpec').optionalText('Mode') ?? 'vip',
    },
    Endpoint: {
      Ports: endpoint.list('Ports').map(port),
      VirtualIPs: endpoint
        .list('VirtualIPs')
        .map(vip => compact({ NetworkID: vip.text('NetworkID'), Addr: vip.optionalText('Addr') })),
    },
    ServiceStatus: status(service.optionalFields('ServiceStatus')),
    UpdateStatus: updateStatus(service.optionalFields('UpdateStatus')),
  })
}

/** Trims an element of `GET /tasks`; of its specification only the image is looked at. */
export function trimTask(answer: unknown, where: string, problems: string[]): DockerTask | undefined {
  const task = readFields(answer, where, problems)
  const id = identity(task, where, problems)
  if (id === undefined) return undefined
  const taskStatus = task.fields('Status')
  const container = taskStatus.fields('ContainerStatus')
  return compact({
    ID: id,
    CreatedAt: task.optionalText('CreatedAt'),
    ServiceID: task.text('ServiceID'),
    Slot: task.optionalNumber('Slot'),
    NodeID: task.optionalText('NodeID'),
    Image: task.fields('Spec').fields('ContainerSpec').text('Image'),
    DesiredState: task.text('DesiredState'),
    Status: compact({
      State: taskStatus.text('State'),
      Timestamp: taskStatus.optionalText('Timestamp'),
      Message: taskStatus.optionalText('Message'),
      Err: taskStatus.optionalText('Err'),
      ContainerID: container.optionalText('ContainerID'),
      PID: container.optionalNumber('PID'),
      Ports: taskStatus.fields('PortStatus').list('Ports').map(port),
    }),
    NetworksAttachments: task.list('NetworksAttachments').map(attachment => ({
      NetworkID: attachment.fields('Network').text('ID'),
      Addresses: attachment.texts('Addresses'),
    })),
  })
}

/** Trims an element of `GET /nodes`; its certificates are not looked at. */
export function trimNode(answer: unknown, where: string, problems: string[]): DockerNode | undefined {
  const node = readFields(answer, where, problems)
  const id = identity(node, where, problems)
  if (id === undefined) return undefined
  const spec = node.fields('Spec')
  const description = node.fields('Description')
  const nodeStatus = node.fields('Status')
  const manager = node.optionalFields('ManagerStatus')
  return compact({
    ID: id,
    Hostname: description.text('Hostname'),
    Labels: withoutSecrets(spec.map('Labels')),
    Role: spec.text('Role'),
    Availability: spec.text('Availability'),
    State: nodeStatus.text('State'),
    Message: nodeStatus.optionalText('Message'),
    Addr: nodeStatus.text('Addr'),
    EngineVersion: description.fields('Engine').optionalText('EngineVersion'),
    ManagerStatus: manager && {
      Leader: manager.flag('Leader'),
      Reachability: manager.text('Reachability'),
      Addr: manager.text('Addr'),
    },
  })
}

function identity(row: Fields, where: string, problems: string[]): string | undefined {
  const id = row.text('ID')
  if (id !== '') return id
  problems.push(`${where} has no ID`)
  return undefined
}

function version(fields: Fields | undefined): DockerService['Version'] {
  return fields && { Index: fields.number('Index') }
}

function mode(fields: Fields): DockerService['Spec']['Mode'] {
  const replicated = fields.optionalFields('Replicated')
  const job = fields.optionalFields('ReplicatedJob')
  return compact({
    Replicated: replicated && { Replicas: replicated.number('Replicas') },
    Global: fields.optionalFields('Global') && {},
    ReplicatedJob:
      job &&
      compact({
        MaxConcurrent: job.optionalNumber('MaxConcurrent'),
        TotalCompletions: job.optionalNumber('TotalCompletions'),
      }),
    GlobalJob: fields.optionalFields('GlobalJob') && {},
  })
}

function status(fields: Fields | undefined): DockerService['ServiceStatus'] {
  return (
    fields && {
      RunningTasks: fields.number('RunningTasks'),
      DesiredTasks: fields.number('DesiredTasks'),
    }
  )
}

function updateStatus(fields: Fields | undefined): DockerService['UpdateStatus'] {
  return fields && compact({ State: fields.text('State'), Message: fields.optionalText('Message') })
}

function port(fields: Fields): DockerPort {
  return compact({
    Name: fields.optionalText('Name'),
    Protocol: fields.text('Protocol'),
    TargetPort: fields.number('TargetPort'),
    PublishedPort: fields.optionalNumber('PublishedPort'),
    PublishMode: fields.text('PublishMode'),
  })
}
