import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { withDefaults } from '#kernel/form'
import { schemesOf } from '#probes/define'
import { probeOf, probes } from '#probes/index'

test('every file that defines a monitor type is in the list', () => {
  const defining = readdirSync(import.meta.dir)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .filter((file) => readFileSync(`${import.meta.dir}/${file}`, 'utf8').includes('= defineProbe('))
    .map((file) => file.replace('.ts', ''))
  expect(probes.map((probe) => probe.type).sort()).toEqual(defining.sort())
  expect(probeOf('http')?.takes_url).toBe(true)
  expect(probeOf('nothing')).toBeUndefined()
})

describe.each(probes.map((probe) => [probe.type, probe] as const))('%s', (_, probe) => {
  const fields = Object.entries<TSchema & { 'x-ui'?: { group?: string; showIf?: { field: string } } }>(
    probe.settings.properties,
  )

  test('every field has a title, a place in the form and at most one sentence of help', () => {
    for (const [name, field] of fields) {
      expect([name, field.title]).toEqual([name, expect.stringMatching(/^[A-Z]/)])
      expect([name, field['x-ui']?.group]).toEqual([name, expect.stringMatching(/^(basic|advanced)$/)])
      if (field.description) expect(field.description).toMatch(/^[^.]*(\.[^ .][^.]*)*\.$/)
      const depends = field['x-ui']?.showIf?.field
      if (depends) expect(fields.map(([it]) => it)).toContain(depends)
    }
    expect(fields.filter(([, field]) => field['x-ui']?.group === 'basic').length).toBeLessThanOrEqual(7)
  })

  test('its defaults are valid together with the few fields that are required', () => {
    const required: Record<string, unknown> = {
      host: 'a.test',
      name: 'a.test',
      domain: 'a.test',
      container: 'a.test',
      port: 80,
      members: ['a'],
    }
    const needed = Object.fromEntries((probe.settings.required ?? []).map((name) => [name, required[name]]))
    const filled = withDefaults(probe.settings, needed)
    const url = `${schemesOf(probe).at(-1)}://a.test/`
    expect([...Value.Errors(probe.settings, filled)].map(({ path, message }) => `${path} ${message}`)).toEqual([])
    expect(probe.check?.({ url, settings: filled }) ?? {}).toEqual({})
    expect(probe.target({ url, settings: filled })).toContain(probe.passive ? ' ' : 'a.test')
  })
})
