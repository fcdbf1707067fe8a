import { expect, test } from 'vitest'
import { exploreDomain } from '../../src/lb/links/domain.ts'
import { isUp, kindOf } from '../../src/lb/links/kind.ts'
import { nearestOwner, nearestPort } from '../../src/lb/links/nearby.ts'
import { type World, worldOf } from '../../src/lb/world.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { capturedSnapshots, clusterCaptures } from '../support/cluster-captures.ts'

/** Short ways and the exploration of whole wires must find the same, in every recorded swarm, healthy or broken. */
const nodes = clusterCaptures.flatMap(capture =>
  capturedSnapshots(capture).map((snapshot, index) => ({ name: `${capture} ${index + 1}`, snapshot })),
)

test('who is found at once is who is found by asking everybody', () => {
  let found = 0
  for (const { name, snapshot } of nodes) {
    const world = worldOf([snapshot])
    const addresses = new Set(snapshot.namespaces.flatMap(row => row.addresses.map(({ local }) => local)))
    for (const { view, link } of devicesOf(world, snapshot)) {
      const { endpoints } = exploreDomain(world, view, link.ifname)
      for (const address of addresses) {
        const nearest = nearestOwner(world, view, link.ifname, address)
        if (!nearest) continue
        found++
        const having = endpoints.filter(each =>
          each.view.addressRows(address).some(row => row.ifname === each.link.ifname),
        )
        expect([name, having.map(each => each.link)]).toEqual([name, [nearest.link]])
      }
    }
  }
  expect(found).toBeGreaterThan(1000)
})

test('the port that is found at once is the only one behind which the MAC is', () => {
  let found = 0
  for (const { name, snapshot } of nodes) {
    const world = worldOf([snapshot])
    const macs = new Set(snapshot.namespaces.flatMap(row => row.links.map(({ address }) => address ?? '')))
    for (const { view, link } of devicesOf(world, snapshot)) {
      if (kindOf(link) !== 'bridge') continue
      for (const mac of macs) {
        const nearest = nearestPort(world, view, link, mac)
        if (!nearest) continue
        found++
        const ports = view
          .ports(link.ifname)
          .filter(port => isUp(port) && kindOf(port) !== 'vxlan')
          .filter(port =>
            exploreDomain(world, view, port.ifname).endpoints.some(each => each.link.address === mac),
          )
        expect([name, ports]).toEqual([name, [nearest]])
      }
    }
  }
  expect(found).toBeGreaterThan(500)
})

function devicesOf(world: World, { namespaces }: Snapshot) {
  return namespaces.flatMap(({ id, links }) => links.map(link => ({ view: world.find(id)!, link })))
}
