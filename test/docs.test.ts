import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { offered } from '#channels/index'
import { pages } from '../scripts/gen-docs'

const root = resolve(import.meta.dir, '..')

test.each(Object.entries(pages()))('%s says what the code does; else run `bun scripts/gen-docs.ts`', (file, text) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(text)
})

test('every channel has its section and every setting its row', () => {
  const text = pages()['docs/channels.md']!
  for (const { title, type, settings } of offered) {
    expect(text).toContain(`## ${title} (\`${type}\`)`)
    for (const name of Object.keys(settings.properties)) expect(text).toContain(`| \`${name}\` |`)
  }
})
