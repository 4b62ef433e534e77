import { describe, expect, test } from 'bun:test'
import { noticeEvents } from '#contract/events'
import { named, sampleOf } from '#engine/template-values'
import { BODY_MAX, rendered, TITLE_MAX, templateFault } from '#engine/templates'

const data = sampleOf('incident.created')

describe('a template', () => {
  test('can say everything that is documented', () => {
    for (const { name } of named()) expect([name, templateFault(`{{${name}}}`)]).toEqual([name, undefined])
    expect(templateFault('{{#subject.tags}}#{{.}} {{/subject.tags}}')).toBeUndefined()
    expect(templateFault('{{#monitor}}{{name}} on {{target}}{{/monitor}}{{^monitor}}-{{/monitor}}')).toBeUndefined()
    expect(
      templateFault('{{#incident.acknowledged_by}}{{incident.acknowledged_by}}{{/incident.acknowledged_by}}'),
    ).toBe(undefined)
  })

  test.each([
    ['{{incident.titel}}', 'line 1, column 1: nothing is called incident.titel; did you mean incident.title?'],
    ['a\n{{secret}}', 'line 2, column 1: nothing is called secret'],
    ['{{incident}}', 'line 1, column 1: incident is no value: name a part of it, such as id'],
    ['{{#monitor}}{{targett}}{{/monitor}}', 'line 1, column 13: nothing is called targett'],
    ['{{#subject.tags}}{{example}}{{/subject.tags}}', 'line 1, column 18: nothing is called example'],
    ['{{#title}}{{says}}{{/title}}', 'line 1, column 11: nothing is called says'],
    ['{{.}}', 'line 1, column 1: . is no value'],
  ])('%j is refused', (template, message) => {
    expect(templateFault(template)).toStartWith(message)
  })

  test.each([...noticeEvents])('has an example for %s', (event) => {
    const { title, body } = rendered({ title: '{{event}}: {{title}}', body: '{{body}}' }, sampleOf(event))
    expect(title).toStartWith(`${event}: `)
    expect(title.length).toBeGreaterThan(event.length + 2)
    expect(body).not.toBe('')
  })

  test('writes the words', () => {
    const template = {
      title: '[{{workspace.name}}] {{subject.name}}:\n{{incident.message}}',
      body: '{{#monitor}}\n{{target}}\n{{/monitor}}\n{{#heartbeat}}\nnever\n{{/heartbeat}}\n{{duration}} {{url}}',
    }
    expect(rendered(template, data)).toEqual({
      title: '[Acme] Shop: HTTP 503',
      body: `https://shop.example.com/\n4 min 10 s ${data.url}`,
    })
  })

  test('escapes nothing: that is for the channel to do', () => {
    const { body } = rendered({ title: 'x', body: '{{title}}' }, { ...data, title: '<b>&amp; "x"' })
    expect(body).toBe('<b>&amp; "x"')
  })

  test('that cannot be used, or says nothing, leaves Xinex’s own words', () => {
    const own = { title: data.title, body: data.body }
    for (const broken of ['{{#a}}', '{{', '{{/x}}'])
      expect(rendered({ title: broken, body: 'x' }, data)).toEqual(own as { title: string; body: string })
    expect(rendered({ title: '{{group.x}}', body: 'mine' }, data)).toEqual({ title: 'Shop is down', body: 'mine' })
  })

  test('is cut where it grows too long', () => {
    const long = { ...data, title: 'x'.repeat(5_000), body: 'y'.repeat(50_000) }
    const { title, body } = rendered({ title: '{{title}}', body: '{{body}}{{body}}' }, long)
    expect([title.length, body.length]).toEqual([TITLE_MAX, BODY_MAX])
  })

  test('is given nothing but what is documented', () => {
    const more = { ...data, secret: 's3cret', incident: { dedup_key: 's3cret', title: 'x' } }
    const text = rendered({ title: 'x', body: '{{secret}}{{incident.dedup_key}}[{{incident.title}}]' }, more)
    expect(text.body).toBe('[x]')
  })
})
