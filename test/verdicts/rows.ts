import { brokenRows } from './broken-rows'
import { httpRows } from './http-rows'
import { mailRows } from './mail-rows'
import { nameRows } from './name-rows'
import { portRows } from './port-rows'
import type { Row } from './row'
import { serviceRows } from './service-rows'
import { strandedRows } from './stranded-rows'
import { tlsRows } from './tls-rows'

/** Those whose targets have to be there. */
export const served: Row[] = [
  ...httpRows,
  ...brokenRows,
  ...tlsRows,
  ...portRows,
  ...nameRows,
  ...mailRows,
  ...serviceRows,
]

/** Every target, by what the reader of docs/verdicts.md looks for. */
export const groups: { title: string; rows: Omit<Row, 'ask'>[] }[] = [
  { title: 'Web pages', rows: httpRows },
  { title: 'Broken web servers', rows: brokenRows },
  { title: 'TLS and certificates', rows: tlsRows },
  { title: 'Ports and hosts', rows: portRows },
  { title: 'Name servers', rows: nameRows },
  { title: 'Mail servers', rows: mailRows },
  { title: 'SSH, time, databases, gRPC', rows: serviceRows },
  { title: 'From a machine without a network', rows: strandedRows },
]
