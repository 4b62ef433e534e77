import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { page } from './page'
import { disagreements } from './row'
import { groups } from './rows'

const rows = groups.flatMap(({ title, rows }) => rows.map((row) => ({ ...row, name: `${title}: ${row.target}` })))

test('docs/verdicts.md says what the rows say; else run `bun scripts/verdicts.ts`', () => {
  expect(readFileSync(join(import.meta.dir, '../../docs/verdicts.md'), 'utf8')).toBe(page())
})

test('every difference has its reason, and no reason is left without a difference', () => {
  const differing = rows.map((row) => [row.name, disagreements(row)])
  const explained = rows.map(({ name, differs = {} }) => [name, Object.keys(differs)])
  expect(explained).toEqual(differing)
})

test('many targets are compared, each once', () => {
  expect(rows.length).toBeGreaterThanOrEqual(60)
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
})
