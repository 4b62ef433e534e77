import { readFileSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { type Level, levels } from '#kernel/log'
import { appleKey, type ServiceAccount, serviceAccount } from '#kernel/push-config'

/** One setting of the appliance: where it comes from, what it may be, and the sentence for docs/configuration.md. */
export type Setting<T> = {
  env: string
  /** May also be given as a file by `<env>_FILE`. */
  secret?: boolean
  default: T
  shown?: string
  doc: string
  parse: (text: string) => T
}

const setting = <T>(entry: Setting<T>) => entry
const bad = (what: string): never => {
  throw new Error(what)
}

const yesNo = (text: string) =>
  /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : bad('must be true or false')

const choice =
  <const T extends readonly string[]>(values: T) =>
  (text: string): T[number] =>
    values.find((value) => value === text) ?? bad(`must be one of ${values.join(', ')}`)

const words = (text: string) =>
  text
    .split(/[\s,]+/)
    .map((word) => word.trim())
    .filter(Boolean)

const networks = (text: string) =>
  words(text).map((word) => {
    const cidr = word.includes('/') ? word : `${word}/${word.includes(':') ? 128 : 32}`
    return ipaddr.isValidCIDR(cidr) ? cidr : bad(`${word} is not an address or network such as 10.0.0.0/8`)
  })

const httpUrl = (text: string) => {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) bad('must be an http:// or https:// URL')
  return text.replace(/\/+$/, '')
}

const listenAddress = (text: string) => {
  const [, host = '', port = ''] = text.match(/^\[?([^\]]*?)\]?:(\d{1,5})$/) ?? []
  if (port === '' || Number(port) > 65_535) bad('must be HOST:PORT, for example 0.0.0.0:3000')
  return { host: host || '0.0.0.0', port: Number(port) }
}

const smtpUrl = (text: string) => {
  const url = URL.parse(text)
  if (!url || !/^smtps?:$/.test(url.protocol) || !url.hostname) bad('must look like smtp://user:password@host:587')
  return text
}

/** A name of a key or an app at Apple. */
const appleName = (text: string) =>
  /^[\w.-]{1,256}$/.test(text) ? text : bad('must have only letters, digits, points and hyphens')

const emailAddress = (text: string) =>
  /^[^\s@<>]+@[^\s@<>]+$/.test(text) || /^[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>$/.test(text)
    ? text
    : bad('must be an e-mail address')

export const settings = {
  data: setting({
    env: 'XINEX_DATA',
    default: './data',
    doc: 'Folder for the database, the secret key and backups. `--data` wins over it.',
    parse: (text) => text,
  }),
  listen: setting({
    env: 'XINEX_LISTEN',
    default: { host: '127.0.0.1', port: 3000 },
    shown: '127.0.0.1:3000',
    doc: 'Address and port to listen on. `--listen` wins over it.',
    parse: listenAddress,
  }),
  publicUrl: setting<string | undefined>({
    env: 'XINEX_PUBLIC_URL',
    default: undefined,
    doc: 'The address people use in their browser. Links in messages, redirect addresses of sign-in providers and the issuer of access tokens start with it; with `https://` cookies are marked Secure. Passkeys belong to its host name.',
    parse: httpUrl,
  }),
  adminEmail: setting<string | undefined>({
    env: 'XINEX_ADMIN_EMAIL',
    default: undefined,
    doc: 'With `XINEX_ADMIN_PASSWORD`: creates this first user at the first start instead of showing the set-up wizard.',
    parse: emailAddress,
  }),
  adminPassword: setting<string | undefined>({
    env: 'XINEX_ADMIN_PASSWORD',
    secret: true,
    default: undefined,
    doc: 'Password of the first user, at least 10 characters.',
    parse: (text) => (text.length < 10 || text.length > 256 ? bad('must have 10 to 256 characters') : text),
  }),
  registration: setting({
    env: 'XINEX_REGISTRATION',
    default: 'closed' as const,
    doc: 'Who may create an account: `closed` (nobody), `invite` (with an invitation), `open` (everybody).',
    parse: choice(['closed', 'invite', 'open']) as (text: string) => 'closed' | 'invite' | 'open',
  }) as Setting<'closed' | 'invite' | 'open'>,
  smtpUrl: setting<string | undefined>({
    env: 'XINEX_SMTP_URL',
    secret: true,
    default: undefined,
    doc: 'Mail server for mails about accounts (lost passwords, invitations) and for e-mail channels without one of their own: `smtp://user:password@host:587`, `smtps://…:465`.',
    parse: smtpUrl,
  }),
  mailFrom: setting({
    env: 'XINEX_MAIL_FROM',
    default: 'Xinex <xinex@localhost>',
    doc: 'Sender of e-mails.',
    parse: emailAddress,
  }),
  trustedProxies: setting<string[]>({
    env: 'XINEX_TRUSTED_PROXIES',
    default: [],
    shown: 'none',
    doc: 'Addresses or networks of reverse proxies whose `X-Forwarded-For` is believed.',
    parse: networks,
  }),
  corsOrigins: setting<string[]>({
    env: 'XINEX_CORS_ORIGINS',
    default: [],
    shown: 'none',
    doc: 'Other web origins that may call the API from a browser.',
    parse: (text) => words(text).map((word) => new URL(httpUrl(word)).origin),
  }),
  allowPrivate: setting({
    env: 'XINEX_ALLOW_PRIVATE',
    default: true,
    shown: 'true',
    doc: 'Whether monitors and channels may reach private and loopback addresses.',
    parse: yesNo,
  }),
  denyAddresses: setting<string[]>({
    env: 'XINEX_DENY_ADDRESSES',
    default: [],
    shown: 'none',
    doc: 'Addresses or networks that monitors and channels may never reach. Cloud metadata addresses are always denied.',
    parse: networks,
  }),
  allowAddresses: setting<string[]>({
    env: 'XINEX_ALLOW_ADDRESSES',
    default: [],
    shown: 'none',
    doc: 'Exceptions to the two settings above.',
    parse: networks,
  }),
  logLevel: setting<Level>({
    env: 'XINEX_LOG_LEVEL',
    default: 'info',
    doc: 'Least level that is logged: `debug`, `info`, `warn` or `error`.',
    parse: choice(levels),
  }),
  historyDays: setting({
    env: 'XINEX_HISTORY_DAYS',
    default: 30,
    shown: '30',
    doc: 'How many days single checks are kept (1 to 3650). State intervals stay, and so do figures: by the hour for 92 days, then by the day.',
    parse: (text) => (/^\d{1,4}$/.test(text) && +text >= 1 && +text <= 3650 ? Number(text) : bad('must be 1 to 3650')),
  }),
  figuresDays: setting({
    env: 'XINEX_FIGURES_DAYS',
    default: 3_650,
    shown: '3650',
    doc: 'How many days the figures of response times are kept (100 to 36500).',
    parse: (text) =>
      /^\d{1,5}$/.test(text) && +text >= 100 && +text <= 36_500 ? Number(text) : bad('must be 100 to 36500'),
  }),
  heartbeatPings: setting({
    env: 'XINEX_HEARTBEAT_PINGS',
    default: 100,
    shown: '100',
    doc: 'How many pings of each heartbeat are kept with their bodies (20 to 10000). Its runs and changes of status are kept longer.',
    parse: (text) =>
      /^\d{2,5}$/.test(text) && +text >= 20 && +text <= 10_000 ? Number(text) : bad('must be 20 to 10000'),
  }),
  watchdogUrl: setting<string | undefined>({
    env: 'XINEX_WATCHDOG_URL',
    secret: true,
    default: undefined,
    doc: 'Fetched once a minute while all is well here, and not at all while it is not: the address of a dead man’s switch elsewhere, such as a heartbeat of another Xinex or a Healthchecks check. Nothing is fetched by default.',
    parse: httpUrl,
  }),
  smtpListen: setting<{ host: string; port: number } | undefined>({
    env: 'XINEX_SMTP_LISTEN',
    default: undefined,
    shown: 'off',
    doc: 'Address and port on which mails to heartbeats are taken in, for example `0.0.0.0:25`.',
    parse: listenAddress,
  }),
  fcmServiceAccount: setting<ServiceAccount | undefined>({
    env: 'XINEX_FCM_SERVICE_ACCOUNT',
    secret: true,
    default: undefined,
    doc: 'For notifications on Android devices: the service account of the Firebase project the app belongs to, as its JSON or the path of its file.',
    parse: serviceAccount,
  }),
  apnsKey: setting<string | undefined>({
    env: 'XINEX_APNS_KEY',
    secret: true,
    default: undefined,
    doc: 'For notifications on Apple devices: the signing key (`.p8`), as PEM or the path of its file. The three below belong to it.',
    parse: appleKey,
  }),
  apnsKeyId: setting<string | undefined>({
    env: 'XINEX_APNS_KEY_ID',
    default: undefined,
    doc: 'Id of that key.',
    parse: appleName,
  }),
  apnsTeamId: setting<string | undefined>({
    env: 'XINEX_APNS_TEAM_ID',
    default: undefined,
    doc: 'Id of the team the app belongs to.',
    parse: appleName,
  }),
  apnsTopic: setting<string | undefined>({
    env: 'XINEX_APNS_TOPIC',
    default: undefined,
    doc: 'Bundle id of the app.',
    parse: appleName,
  }),
  apnsHost: setting({
    env: 'XINEX_APNS_HOST',
    default: 'api.push.apple.com',
    doc: 'Apple’s push service; `api.sandbox.push.apple.com` for an app that is being developed.',
    parse: (text) => (/^[\w.-]+(:\d{1,5})?$/.test(text) ? text : bad('must be a host name, with a port if need be')),
  }),
  scripts: setting<string | undefined>({
    env: 'XINEX_SCRIPTS',
    default: undefined,
    doc: 'Folder of programs that channels of the type Script may run, as the user of Xinex. Without it there are none.',
    parse: (text) => (text.startsWith('/') ? text : bad('must be the absolute path of a folder')),
  }),
  secretKey: setting<string | undefined>({
    env: 'XINEX_SECRET_KEY',
    secret: true,
    default: undefined,
    shown: '`secrets.key` in the data folder, made at the first start',
    doc: 'Key that seals stored secrets: 64 hex digits or 32 bytes in base64.',
    parse: (text) => text,
  }),
}

/** What `xinex prober` reads besides: where the appliance is that it works for. */
export const proberSettings = {
  server: setting<string | undefined>({
    env: 'XINEX_PROBER_SERVER',
    default: undefined,
    doc: 'Address of the appliance, as people use it in their browser. `--server` wins over it.',
    parse: httpUrl,
  }),
  token: setting<string | undefined>({
    env: 'XINEX_PROBER_TOKEN',
    secret: true,
    default: undefined,
    doc: 'Token of this prober, from Probers in the web interface. `--token-file` wins over it; a file is read again when it changes.',
    parse: (text) => (/^xinex_prober_[0-9a-f]{64}$/.test(text) ? text : bad('is not the token of a prober')),
  }),
  anchors: setting<string[]>({
    env: 'XINEX_PROBER_ANCHORS',
    default: [],
    shown: 'none',
    doc: 'Places that answer always (`host:port`, or `host` for a ping), besides those set on the server: while none of them answers, the prober blames its own network. `--anchor` adds to them.',
    parse: words,
  }),
  ca: setting<string | undefined>({
    env: 'XINEX_PROBER_CA',
    default: undefined,
    doc: 'File with the certificates (PEM) of the authority that signed the server’s; only they are trusted then. `--ca` wins over it.',
    parse: (text) => text,
  }),
}

type Values<Table> = { [K in keyof Table]: Table[K] extends Setting<infer T> ? T : never }
export type Config = Values<typeof settings>
export type ProberConfig = Values<typeof proberSettings>

type Environment = Record<string, string | undefined>

/** The configuration is wrong; the message names the variable and never shows its value. */
export class ConfigError extends Error {}

function textOf({ env, secret }: Setting<unknown>, from: Environment): string | undefined {
  const file = secret ? from[`${env}_FILE`] : undefined
  if (!file) return from[env] || undefined
  if (from[env]) throw new ConfigError(`Set ${env} or ${env}_FILE, not both`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new ConfigError(`${env}_FILE: the file cannot be read`)
  }
}

/** Kubernetes puts these into every container beside a service that is called xinex; they are nobody's typing errors. */
const injected = /^XINEX_(SERVICE_(HOST|PORT)|PORT)(_|$)/

const namesOf = (table: Record<string, Setting<unknown>>) =>
  Object.values(table).flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env]))

function valuesOf<Table extends Record<string, Setting<unknown>>>(table: Table, from: Environment): Values<Table> {
  const values = Object.entries(table).map(([name, entry]) => {
    const text = textOf(entry, from)
    if (text === undefined) return [name, entry.default]
    try {
      return [name, entry.parse(text)]
    } catch (error) {
      throw new ConfigError(`${entry.env} ${(error as Error).message}`)
    }
  })
  // Safe: built from the same table that defines the type.
  return Object.fromEntries(values) as Values<Table>
}

/** Unknown `XINEX_*` names are typing errors. Those of the other commands are not: one environment may serve several. */
function requireKnown(from: Environment) {
  const known = new Set([...namesOf(settings), ...namesOf(proberSettings)])
  for (const name of Object.keys(from))
    if (name.startsWith('XINEX_') && !known.has(name) && !injected.test(name))
      throw new ConfigError(`${name} is not a setting of Xinex`)
}

/** What is of no use without the rest. */
function requireWhole(config: Config): Config {
  const { apnsKey, apnsKeyId, apnsTeamId, apnsTopic } = config
  const given = [apnsKey, apnsKeyId, apnsTeamId, apnsTopic].filter(Boolean).length
  if (given % 4 !== 0)
    throw new ConfigError('XINEX_APNS_KEY, XINEX_APNS_KEY_ID, XINEX_APNS_TEAM_ID and XINEX_APNS_TOPIC belong together')
  return config
}

/** Reads every setting; one wrong value stops the start and is named, and so does an unknown `XINEX_*` name. */
export function readConfig(from: Environment): Config {
  requireKnown(from)
  return requireWhole(valuesOf(settings, from))
}

/** The same for the settings of a prober. */
export function readProberConfig(from: Environment): ProberConfig {
  requireKnown(from)
  return valuesOf(proberSettings, from)
}
