import { kindFields, u32 } from './kind.ts'

/** IFLA_VRF_TABLE, and IFLA_VRF_PORT_TABLE of a port (linux/if_link.h): the routing table. */
export const vrf = kindFields([[1, u32('table')]])
