import { Type as t } from '@sinclair/typebox'
import { type Severity, severities } from '#contract/statuses'
import { labelFields, type Provider } from './define'
import { type SeveritySettings, severityOf } from './severity'
import { faulty, fine, type Read, type Told, trouble } from './told'
import { isObject, type Json, keyOf, lineOf, linkOf, linksOf, listOf, objectOf, tagsOf } from './words'

type Settings = SeveritySettings & { incident_per: 'alert' | 'group'; severity_label: string }
/** One alert of https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, and of Grafana's. */
type Alert = { over: boolean; labels: Json; annotations: Json; given: Json }

/** More at once is not sent by one that groups; Alertmanager can be told so by `max_alerts`. */
export const MOST_ALERTS = 2_000
const MOST_LINES = 20

const alertOf = (given: Json): Alert => ({
  over: given.status === 'resolved',
  labels: objectOf(given.labels),
  annotations: objectOf(given.annotations),
  given,
})

/** What it is called; Alertmanager before 0.17 has no fingerprint, but the labels are what it is made of. */
const keyFor = ({ labels, given }: Alert) =>
  keyOf(given.fingerprint) ??
  keyOf(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))) ??
  'alert'

const placeOf = ({ labels: { instance, host, service, job, pod } }: Pick<Alert, 'labels'>) =>
  [instance, host, service, job, pod].map((one) => lineOf(one)).find((one) => one !== undefined)

function titleOf({ labels, annotations }: Pick<Alert, 'labels' | 'annotations'>): string {
  const [said] = [annotations.summary, annotations.title].map((one) => lineOf(one)).filter((one) => one !== undefined)
  const place = placeOf({ labels })
  return said ?? `${lineOf(labels.alertname) ?? 'Alert'}${place ? ` on ${place}` : ''}`
}

const linksIn = ({ annotations, given }: Alert) =>
  linksOf([
    { href: given.panelURL, text: 'Panel' },
    { href: given.dashboardURL, text: 'Dashboard' },
    { href: given.generatorURL, text: 'Source' },
    { href: annotations.runbook_url ?? annotations.runbook, text: 'Runbook' },
    { href: annotations.dashboard ?? annotations.dashboard_url, text: 'Dashboard' },
    { href: given.silenceURL, text: 'Silence' },
  ])

const severityIn = ({ labels }: Pick<Alert, 'labels'>, settings: Settings): Severity =>
  severityOf(labels[settings.severity_label] ?? '', settings) ?? settings.default_severity

function fired(alert: Alert, body: Json, settings: Settings): Told {
  const { labels, annotations, given } = alert
  const links = linksIn(alert)
  const image = linkOf(given.imageURL)
  return trouble({
    dedup_key: keyFor(alert),
    title: titleOf(alert),
    severity: severityIn(alert, settings),
    message: annotations.description ?? annotations.message,
    source: placeOf(alert),
    url: links[0]?.href ?? linkOf(body.externalURL),
    tags: tagsOf(labels),
    region: labels.region,
    values: {
      ...labels,
      ...annotations,
      ...(given.startsAt ? { startsAt: given.startsAt } : {}),
      ...(given.valueString ? { value: given.valueString } : {}),
    },
    more: { ...(links.length > 0 && { links }), ...(image && { images: [{ src: image }] }) },
  })
}

/** All that is sent together as one: it opens with the first alert and ends with the last. */
function grouped(alerts: Alert[], body: Json, settings: Settings): Told {
  const dedup_key = keyOf(body.groupKey) ?? keyOf(JSON.stringify(objectOf(body.groupLabels))) ?? 'group'
  const firing = alerts.filter(({ over }) => !over)
  if (firing.length === 0) return { action: 'close', dedup_key, message: 'All alerts of the group are resolved' }
  const [labels, annotations] = [objectOf(body.commonLabels), objectOf(body.commonAnnotations)]
  const common = { labels: { ...objectOf(body.groupLabels), ...labels }, annotations }
  const lines = firing.slice(0, MOST_LINES).map((one) => `${titleOf(one)}`)
  const more = firing.length > lines.length ? [`and ${firing.length - lines.length} more`] : []
  const links = firing.flatMap(linksIn).slice(0, 10)
  const ranks = firing.map((one) => severities.indexOf(severityIn(one, settings)))
  return trouble({
    dedup_key,
    title: firing.length === 1 && firing[0] ? titleOf(firing[0]) : `${titleOf(common)} (${firing.length} alerts)`,
    severity: severities[Math.min(...ranks)] ?? settings.default_severity,
    message: [...lines, ...more].join('\n'),
    source: placeOf(common),
    url: linkOf(body.externalURL) ?? links[0]?.href,
    tags: tagsOf(common.labels),
    region: labels.region,
    values: { ...common.labels, ...annotations },
    more: { ...(links.length > 0 && { links }) },
  })
}

/** Reads what Alertmanager sends, version 4 of it, and Grafana, which sends the same and more. */
export function readAlerts(body: unknown, given: Json): Read {
  // Safe: the settings passed the schema.
  const settings = given as Settings
  if (!isObject(body) || !Array.isArray(body.alerts)) return faulty('alerts: there is no list of alerts')
  const alerts = listOf(body.alerts)
  if (alerts.length > MOST_ALERTS) return faulty(`alerts: more than ${MOST_ALERTS} at once`)
  const wrong = alerts.findIndex((one) => !isObject(one) || (one.status !== 'firing' && one.status !== 'resolved'))
  if (wrong >= 0) return faulty(`alerts[${wrong}]: the status must be firing or resolved`)
  const read = alerts.map((one) => alertOf(objectOf(one)))
  if (settings.incident_per === 'group' && read.length > 0) return fine(grouped(read, body, settings))
  const toldOf = (one: Alert): Told =>
    one.over ? { action: 'close', dedup_key: keyFor(one) } : fired(one, body, settings)
  return fine(...read.map(toldOf))
}

export const alertmanager: Provider = {
  type: 'alertmanager',
  title: 'Prometheus Alertmanager',
  summary: 'A webhook of Alertmanager: firing alerts open incidents, resolved ones close them',
  settings: t.Object(labelFields),
  enter: (origin, key) => [
    { title: 'url of the webhook', value: `${origin}/api/v1/integrations/alertmanager/${key}` },
    {
      title: 'The same, with the key as credentials of type Bearer',
      value: `${origin}/api/v1/integrations/alertmanager`,
    },
  ],
  read: readAlerts,
}
