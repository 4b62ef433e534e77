import type { Probe } from '#probes/define'
import { dns } from '#probes/dns'
import { docker } from '#probes/docker'
import { domain } from '#probes/domain'
import { group } from '#probes/group'
import { grpc } from '#probes/grpc'
import { http } from '#probes/http'
import { icmp } from '#probes/icmp'
import { manual } from '#probes/manual'
import { mongodb } from '#probes/mongodb'
import { mqtt } from '#probes/mqtt'
import { mysql } from '#probes/mysql'
import { ntp } from '#probes/ntp'
import { postgres } from '#probes/postgres'
import { push } from '#probes/push'
import { redis } from '#probes/redis'
import { smtp } from '#probes/smtp'
import { ssh } from '#probes/ssh'
import { tcp } from '#probes/tcp'
import { tls } from '#probes/tls'
import { udp } from '#probes/udp'
import { websocket } from '#probes/websocket'

/** One line per monitor type. A test compares this list with the folder. */
// Safe: the settings given to a probe's functions were validated against that same probe's schema, so each gets its own
// type back; TypeScript cannot express a list of such pairs.
export const probes = [
  http,
  tcp,
  icmp,
  dns,
  tls,
  domain,
  postgres,
  ntp,
  udp,
  group,
  manual,
  push,
  websocket,
  redis,
  grpc,
  smtp,
  mysql,
  mqtt,
  mongodb,
  ssh,
  docker,
] as unknown as Probe[]

const byType = new Map(probes.map((probe) => [probe.type, probe]))

/** The monitor type of this name, or undefined. */
export const probeOf = (type: string): Probe | undefined => byType.get(type)
