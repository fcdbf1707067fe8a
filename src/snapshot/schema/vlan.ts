import { z } from 'zod'

const bridgeVlanSchema = z.object({
  vlan: z.number(),
  /** The last one of a range that begins with `vlan`. */
  vlanEnd: z.number().optional(),
  /** `PVID`: what has no tag is in it. `Egress Untagged`: it is sent without a tag. */
  flags: z.array(z.string()).optional(),
})

export type BridgeVlan = z.infer<typeof bridgeVlanSchema>

/** One row of `bridge -compressvlans -j vlan show`: the VLANs of a port, or of the bridge itself, which is a port of its own towards the host. */
export const portVlansSchema = z.object({ ifname: z.string(), vlans: z.array(bridgeVlanSchema) })

export type PortVlans = z.infer<typeof portVlansSchema>
