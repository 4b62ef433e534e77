import type { Integration } from './data'

type About = Pick<Integration, 'type' | 'key' | 'enter'>
export type Action = 'open' | 'close'

const labels = { alertname: 'DiskFull', instance: 'db-1', severity: 'critical' }
const alerts = (action: Action) => ({
  version: '4',
  status: action === 'open' ? 'firing' : 'resolved',
  alerts: [
    {
      status: action === 'open' ? 'firing' : 'resolved',
      labels,
      annotations: { summary: 'A sample: the disk of db-1 is full' },
      fingerprint: 'sample-disk-full',
    },
  ],
})

/** What the other program would send, of a trouble that is called a sample; sent twice it is one incident. */
export function sampleOf({ type, key }: Pick<About, 'type' | 'key'>, action: Action = 'open'): object {
  const said = 'A sample: the disk of db-1 is full'
  if (type === 'alertmanager' || type === 'grafana') return alerts(action)
  if (type === 'pagerduty')
    return {
      routing_key: key,
      event_action: action === 'open' ? 'trigger' : 'resolve',
      dedup_key: 'sample-disk-full',
      ...(action === 'open' && { payload: { summary: said, source: 'db-1', severity: 'critical' } }),
    }
  if (type === 'opsgenie') return action === 'open' ? { message: said, alias: 'sample-disk-full', priority: 'P1' } : {}
  return {
    title: said,
    message: 'Only 1 % is left',
    severity: 'critical',
    source: 'db-1',
    dedup_key: 'sample-disk-full',
    status: action === 'open' ? 'firing' : 'resolved',
  }
}

/** Where events go; the API URL of Opsgenie is only the beginning of it. */
function addressOf({ type, enter }: About, action: Action): string {
  const url = enter[0]?.value ?? ''
  if (type !== 'opsgenie') return url
  return `${url}v2/alerts${action === 'open' ? '' : '/sample-disk-full/close?identifierType=alias'}`
}

/** A line for a shell that sends it; quotes in it are made safe. */
export function curlOf(about: About, action: Action): string {
  const body = JSON.stringify(sampleOf(about, action)).replaceAll("'", "'\\''")
  const lines = [`curl -fsS -X POST '${addressOf(about, action)}'`, "-H 'Content-Type: application/json'"]
  if (about.type === 'opsgenie') lines.push(`-H 'Authorization: GenieKey ${about.key}'`)
  return [...lines, `-d '${body}'`].join(' \\\n  ')
}

export type Snippet = { label: string; text: string }
/** The lines for the settings of the other program. */
export function snippetsOf({ type, key, enter }: About): Snippet[] {
  const url = enter[0]?.value ?? ''
  if (type === 'alertmanager')
    return [
      {
        label: 'alertmanager.yml',
        text: `route:\n  receiver: xinex\nreceivers:\n  - name: xinex\n    webhook_configs:\n      - url: ${url}\n        send_resolved: true`,
      },
    ]
  if (type === 'grafana')
    return [
      {
        label: 'provisioning/alerting/xinex.yaml',
        text: `apiVersion: 1\ncontactPoints:\n  - orgId: 1\n    name: Xinex\n    receivers:\n      - uid: xinex\n        type: webhook\n        settings:\n          url: ${url}\n          httpMethod: POST`,
      },
    ]
  if (type === 'pagerduty')
    return [
      {
        label: 'alertmanager.yml, where it speaks to PagerDuty',
        text: `receivers:\n  - name: xinex\n    pagerduty_configs:\n      - routing_key: ${key}\n        url: ${url}`,
      },
    ]
  if (type === 'opsgenie')
    return [
      {
        label: 'alertmanager.yml, where it speaks to Opsgenie',
        text: `receivers:\n  - name: xinex\n    opsgenie_configs:\n      - api_key: ${key}\n        api_url: ${url}`,
      },
    ]
  return [
    {
      label: 'Python',
      text: `import json, urllib.request\n\nurllib.request.urlopen(urllib.request.Request(\n    "${url}",\n    json.dumps({"title": "The disk of db-1 is full", "severity": "high", "dedup_key": "db-1 disk"}).encode(),\n    {"Content-Type": "application/json"},\n))`,
    },
  ]
}
