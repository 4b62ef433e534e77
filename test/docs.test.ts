import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pages } from '../scripts/gen-docs'

test.each(Object.keys(pages))('%s says what the program does (else run: bun scripts/gen-docs.ts)', (name) => {
  expect(readFileSync(join(import.meta.dir, '..', name), 'utf8')).toBe(pages[name]?.() ?? '')
})
