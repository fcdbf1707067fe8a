import type { NetworkCreate, ServiceCreate } from '../../src/actions/intent.ts'

export function network(change: Partial<NetworkCreate> = {}): NetworkCreate {
  return {
    kind: 'network-create',
    name: 'my-network',
    driver: 'overlay',
    subnets: [{ subnet: '192.168.10.0/24' }],
    attachable: true,
    internal: false,
    ingress: false,
    ipv6: false,
    encrypted: false,
    options: {},
    labels: {},
    ...change,
  }
}

export function service(change: Partial<ServiceCreate> = {}): ServiceCreate {
  return {
    kind: 'service-create',
    name: 'nginx-vip',
    image: 'nginx',
    command: [],
    mode: 'replicated',
    replicas: 2,
    networks: ['app'],
    endpointMode: 'vip',
    publish: [],
    constraints: [],
    env: [],
    mounts: [],
    labels: {},
    ...change,
  }
}
