import { z } from 'zod'

/** One entry of `addr_info` of `ip -j addr`, with the index and name of its link, as the list is flat here. */
export const addressSchema = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  family: z.enum(['inet', 'inet6']),
  local: z.string(),
  /** Peer address of a point-to-point address. */
  address: z.string().optional(),
  prefixlen: z.number(),
  metric: z.number().optional(),
  broadcast: z.string().optional(),
  anycast: z.string().optional(),
  scope: z.string(),
  label: z.string().optional(),
  /** Flags as iproute2 prints them: a key that is true. */
  secondary: z.literal(true).optional(),
  temporary: z.literal(true).optional(),
  nodad: z.literal(true).optional(),
  optimistic: z.literal(true).optional(),
  dadfailed: z.literal(true).optional(),
  home: z.literal(true).optional(),
  deprecated: z.literal(true).optional(),
  tentative: z.literal(true).optional(),
  dynamic: z.literal(true).optional(),
  mngtmpaddr: z.literal(true).optional(),
  noprefixroute: z.literal(true).optional(),
  autojoin: z.literal(true).optional(),
  'stable-privacy': z.literal(true).optional(),
  /** Flags without a name, in hex. */
  ifa_flags: z.string().optional(),
  /** Who made it: `kernel_lo`, `kernel_ra`, `kernel_ll` (iproute2 prints it since 6.3). */
  protocol: z.string().optional(),
  /** Seconds when it was read; 4294967295 is forever. */
  valid_life_time: z.number().optional(),
  preferred_life_time: z.number().optional(),
})

export type Address = z.infer<typeof addressSchema>
