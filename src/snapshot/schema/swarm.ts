import { z } from 'zod'
import { stringMapSchema } from './words.ts'

/** A port of a service. */
const portConfigSchema = z.object({
  Name: z.string().optional(),
  /** `tcp`, `udp`, `sctp`. */
  Protocol: z.string(),
  TargetPort: z.number(),
  /** Absent, or 0, for a host-mode port that the engine chooses on each node. */
  PublishedPort: z.number().optional(),
  /** `ingress` or `host`. */
  PublishMode: z.string(),
})

/** A network that a service or a task joins, as its specification says. */
const attachmentConfigSchema = z.object({
  /** The id of a network (its name, where an old client wrote that). */
  Target: z.string(),
  Aliases: z.array(z.string()),
})

/** `GET /services?status=true`. */
export const serviceSchema = z.object({
  ID: z.string(),
  CreatedAt: z.string().optional(),
  UpdatedAt: z.string().optional(),
  /** Of the last change: what an update must name. */
  Version: z.object({ Index: z.number() }).optional(),
  Spec: z.object({
    Name: z.string(),
    Labels: stringMapSchema,
    Image: z.string(),
    Networks: z.array(attachmentConfigSchema),
    Constraints: z.array(z.string()),
    /** One of the kinds of service: `Replicated` with a number, `Global`, or a job. */
    Mode: z.object({
      Replicated: z.object({ Replicas: z.number() }).optional(),
      Global: z.object({}).optional(),
      ReplicatedJob: z.object({}).loose().optional(),
      GlobalJob: z.object({}).loose().optional(),
    }),
    /** `vip` when the API leaves it out. */
    EndpointMode: z.string(),
  }),
  Endpoint: z.object({
    Ports: z.array(portConfigSchema),
    VirtualIPs: z.array(z.object({ NetworkID: z.string(), Addr: z.string().optional() })),
  }),
  ServiceStatus: z.object({ RunningTasks: z.number(), DesiredTasks: z.number() }).optional(),
  UpdateStatus: z.object({ State: z.string(), Message: z.string().optional() }).optional(),
})

/** `GET /tasks`. */
export const taskSchema = z.object({
  ID: z.string(),
  CreatedAt: z.string().optional(),
  ServiceID: z.string(),
  /** Absent for a task of a global service. */
  Slot: z.number().optional(),
  /** Absent until the task is assigned. */
  NodeID: z.string().optional(),
  Image: z.string(),
  DesiredState: z.string(),
  Status: z.object({
    State: z.string(),
    Timestamp: z.string().optional(),
    Message: z.string().optional(),
    Err: z.string().optional(),
    ContainerID: z.string().optional(),
    PID: z.number().optional(),
    /** Of host-mode ports. */
    Ports: z.array(portConfigSchema),
  }),
  NetworksAttachments: z.array(
    z.object({
      NetworkID: z.string(),
      /** With their prefix lengths. */
      Addresses: z.array(z.string()),
    }),
  ),
})

/** `GET /nodes`. */
export const swarmNodeSchema = z.object({
  ID: z.string(),
  Hostname: z.string(),
  Labels: stringMapSchema,
  /** `manager` or `worker`. */
  Role: z.string(),
  /** `active`, `pause`, `drain`. */
  Availability: z.string(),
  /** `ready`, `down`, `disconnected`, `unknown`. */
  State: z.string(),
  Message: z.string().optional(),
  /** Where managers saw it come from; the VTEP, unless a data path address was given. */
  Addr: z.string(),
  EngineVersion: z.string().optional(),
  ManagerStatus: z.object({ Leader: z.boolean(), Reachability: z.string(), Addr: z.string() }).optional(),
})

export type DockerService = z.infer<typeof serviceSchema>
export type DockerTask = z.infer<typeof taskSchema>
export type DockerNode = z.infer<typeof swarmNodeSchema>
export type DockerPort = z.infer<typeof portConfigSchema>
