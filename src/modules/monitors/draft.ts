import { monitorDefaults, timeoutFor } from '#contract/monitors'
import type { monitors } from '#db/schema/monitors'
import type { App } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { lineFault, textFault } from '#kernel/faults'
import { completed, opened, sealed } from '#kernel/settings'
import { type Probe, schemesOf } from '#probes/define'
import { probeOf } from '#probes/index'
import type { Edit } from './schema'

export type Monitor = typeof monitors.$inferSelect
/** What a person decides about a monitor; `settings` with secrets in plain text until `row()` seals them. */
export type Wanted = Omit<Monitor, 'number' | 'id' | 'tenant_id' | 'created_at' | 'updated_at'>
type Faults = Record<string, string | undefined>
/** What was asked for, as a whole monitor; not to be stored while there are faults (field path → sentence). */
export type Wish = { wanted: Wanted; faults: Record<string, string> }

const defaults = { ...monitorDefaults, tags: [] as string[], regions: ['local'], parents: [] as string[] }

export const contextOf = (id: string) => `monitors:${id}`

export const plugin = (type: string): Probe => {
  const probe = probeOf(type)
  if (!probe) throw invalid({ type: 'is not a monitor type of this server' })
  return probe
}

/** The stored settings ready for use, secrets in plain text. */
export const plainSettings = ({ vault }: App, { id, type, settings }: Pick<Monitor, 'id' | 'type' | 'settings'>) => {
  const probe = probeOf(type)
  return probe ? opened({ vault, schema: probe.settings, context: contextOf(id) }, settings) : {}
}

/** The row as it is stored: secrets sealed to this very monitor. */
export const row = ({ vault }: App, id: string, wanted: Wanted): Wanted => {
  const { settings: schema } = plugin(wanted.type)
  return { ...wanted, settings: sealed({ vault, schema, context: contextOf(id) }, wanted.settings) }
}

/** Why this is no address a check could fetch, or nothing. */
function addressFault(text: string, schemes = schemesOf({})): string | undefined {
  const url = URL.parse(text)
  if (lineFault(text) || !url || !schemes.includes(url.protocol.slice(0, -1)))
    return `must be an absolute ${schemes.map((scheme) => `${scheme}://`).join(' or ')} URL`
  if (url.username || url.password) return 'must not contain a user name or password: use the authentication settings'
  return undefined
}

function urlOf(probe: Probe, input: Edit, base: Monitor | undefined, faults: Faults): string {
  const given = input.url?.trim()
  if (!probe.takes_url) {
    if (given) faults.url = `is not used by this type: ${probe.title} takes its target in the settings`
    return ''
  }
  const url = given ?? base?.url ?? ''
  if (url === '') faults.url = 'is required'
  else if (given !== undefined || base?.type !== probe.type) faults.url = addressFault(url, schemesOf(probe))
  return url
}

function settingsOf(
  app: App,
  probe: Probe,
  { input, base, url }: { input: Edit; base?: Monitor; url: string },
  faults: Faults,
) {
  const kept = base?.type === probe.type ? plainSettings(app, base) : undefined
  const { settings } = input
  if (settings === undefined && kept && input.url === undefined) return kept
  if (settings !== undefined && (typeof settings !== 'object' || settings === null || Array.isArray(settings))) {
    faults.settings = 'must be an object'
    return {}
  }
  const { plain, faults: found } = completed(probe.settings, settings ?? kept ?? {}, kept ?? {})
  Object.assign(faults, found)
  if (Object.keys(found).length === 0) Object.assign(faults, probe.check?.({ url, settings: plain }))
  return plain
}

/** The timeout of a monitor that gets this interval or timeout. */
export function timeoutOf({ timeout_ms, interval }: Edit, base: Monitor | undefined, faults: Faults): number {
  const every = interval ?? base?.interval ?? defaults.interval
  if (timeout_ms === undefined) {
    // A timeout that was never chosen follows the interval.
    const chosen = base && base.timeout_ms !== timeoutFor(base.interval)
    return chosen && base.timeout_ms <= every * 1000 ? base.timeout_ms : timeoutFor(every)
  }
  if (timeout_ms > every * 1000) faults.timeout_ms = 'must not be longer than the interval'
  return timeout_ms
}

/** Why so many regions can never agree, or nothing. */
export function quorumFault(quorum: string | number, regions: readonly string[]): string | undefined {
  const places = new Set(regions).size
  return Number(quorum) > places ? `must be at most ${places}, the number of regions` : undefined
}

function tagsOf(tags: readonly string[] | undefined, faults: Faults): string[] | undefined {
  for (const [i, tag] of tags?.entries() ?? []) faults[`tags.${i}`] ??= lineFault(tag)
  return tags && [...new Set(tags.map((tag) => tag.trim()))]
}

/** What remains of `input` after the fields that were left out keep their value in `base` or take their default. */
function commonOf(input: Edit, base: Monitor | undefined) {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Edit
  return { ...defaults, name: '', ...base, ...given }
}

/**
 * The whole monitor that a create (without `base`) or an edit asks for, and what is wrong with it as far as it can be
 * told without looking at others. A masked secret keeps the value stored in `base`.
 */
export function wish(app: App, input: Edit, base?: Monitor): Wish {
  const probe = plugin(input.type ?? base?.type ?? '')
  const faults: Faults = {}
  const url = urlOf(probe, input, base, faults)
  const settings = settingsOf(app, probe, { input, base, url }, faults)
  const timeout_ms = timeoutOf(input, base, faults)
  const tags = tagsOf(input.tags, faults)
  if (input.name !== undefined) faults.name = lineFault(input.name)
  if (input.description) faults.description = textFault(input.description)
  if (input.runbook_url) faults.runbook_url = addressFault(input.runbook_url)
  const all = commonOf(input, base)
  if (input.regions ?? input.region_quorum) faults.region_quorum = quorumFault(all.region_quorum, all.regions)
  const wrong = Object.entries(faults).filter((entry): entry is [string, string] => entry[1] !== undefined)

  const wanted = {
    name: all.name.trim(),
    type: probe.type,
    url,
    settings,
    interval: all.interval,
    timeout_ms,
    alert_threshold: all.alert_threshold,
    recovery_threshold: all.recovery_threshold,
    confirm_interval_s: all.confirm_interval_s,
    degraded_ms: all.degraded_ms,
    severity: all.severity,
    inverted: all.inverted,
    enabled: all.enabled,
    reminder_interval_s: all.reminder_interval_s,
    tags: tags ?? [...all.tags],
    regions: [...new Set(all.regions)],
    region_quorum: String(all.region_quorum),
    parents: [...new Set(all.parents)],
    runbook_url: all.runbook_url || null,
    description: all.description || null,
  }
  return { wanted, faults: Object.fromEntries(wrong) }
}

/** The same where nothing else can be wrong; throws 422 naming every wrong field at once. */
export function read(app: App, input: Edit, base?: Monitor): Wanted {
  const { wanted, faults } = wish(app, input, base)
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return wanted
}
