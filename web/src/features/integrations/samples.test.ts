import { describe, expect, test } from 'bun:test'
import { curlOf, sampleOf, snippetsOf } from './samples'

const about = (type: string, value: string, key = 'k-1') => ({ type, key, enter: [{ title: 'URL', value }] })

describe('samples', () => {
  test('go to the address of the integration, and end what they began', () => {
    const url = 'https://up.example.com/api/v1/events/k-1'
    expect(curlOf(about('generic', url), 'open')).toContain(`-X POST '${url}'`)
    expect(sampleOf(about('generic', url))).toMatchObject({ dedup_key: 'sample-disk-full', status: 'firing' })
    expect(sampleOf(about('generic', url), 'close')).toMatchObject({
      dedup_key: 'sample-disk-full',
      status: 'resolved',
    })
  })

  test('of PagerDuty carry the key in the body', () => {
    expect(sampleOf(about('pagerduty', ''))).toMatchObject({ routing_key: 'k-1', event_action: 'trigger' })
    expect(sampleOf(about('pagerduty', ''), 'close')).toEqual({
      ...{ routing_key: 'k-1', event_action: 'resolve', dedup_key: 'sample-disk-full' },
    })
  })

  test('of Opsgenie carry it in a header, below the address', () => {
    const there = about('opsgenie', 'https://up.example.com/')
    expect(curlOf(there, 'open')).toContain("'https://up.example.com/v2/alerts'")
    expect(curlOf(there, 'close')).toContain('/v2/alerts/sample-disk-full/close?identifierType=alias')
    expect(curlOf(there, 'open')).toContain('GenieKey k-1')
  })

  test.each(['alertmanager', 'grafana', 'pagerduty', 'opsgenie', 'generic'])('of %s have lines to paste', (type) => {
    const [snippet] = snippetsOf(about(type, 'https://up.example.com/there'))
    expect(snippet?.text).toContain('https://up.example.com/there')
  })
})
