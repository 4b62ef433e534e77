import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dir, '..')
const documents = ['README.md', 'AGENTS.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
)

const FOLDERS = ['.ci', 'bench', 'deploy', 'docs', 'migrations', 'scripts', 'src', 'test', 'web']
/** Made by the build, so a fresh clone does not have them. */
const MADE = /^(src\/generated|web\/dist)(\/|$)/

/** What a text cites of this repository: names in backticks that look like a path of ours, and links. */
export function cited(markdown: string, from: string): string[] {
  const ticked = [...markdown.matchAll(/`([^`\s]+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => FOLDERS.includes(text.split('/')[0] ?? '') || /^[\w.-]+\.(md|sh|json|toml|lock|yaml)$/.test(text))
    .filter((text) => text.includes('/') || FOLDERS.includes(text) || /^[\w-]+\./.test(text))
  const linked = [...markdown.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => relative(root, resolve(root, dirname(from), target)))
  // `src/probes/<type>.ts` and `migrations/NNNN_what.sql` stand for any file: their folder has to exist.
  const paths = [...ticked, ...linked].map((path) =>
    /[<*]|NNNN/.test(path) ? path.replace(/\/?[^/]*([<*]|NNNN).*$/, '') : path,
  )
  return [...new Set(paths)].filter((path) => path !== '' && !MADE.test(path))
}

test('there are documents to check, and they cite something', () => {
  expect(documents).toContain('AGENTS.md')
  expect(cited(readFileSync(join(root, 'AGENTS.md'), 'utf8'), 'AGENTS.md').length).toBeGreaterThan(15)
})

test('a cited path is found in backticks and links, whole or with a placeholder', () => {
  const text =
    'See `src/app.ts`, `src/probes/<type>.ts`, `bun test FILE`, `web/dist`, [x](../README.md#a), [y](https://a.b/c).'
  expect(cited(text, 'docs/x.md')).toEqual(['src/app.ts', 'src/probes', 'README.md'])
})

test.each(documents)('every path that %s cites exists', (name) => {
  const missing = cited(readFileSync(join(root, name), 'utf8'), name).filter((path) => !existsSync(join(root, path)))
  expect(missing).toEqual([])
})

test('every dependency has its line in docs/decisions.md', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const told = [...readFileSync(join(root, 'docs/decisions.md'), 'utf8').matchAll(/^\| ([^|]+) \|/gm)].flatMap(
    ([, names = '']) => names.split(', '),
  )
  const explains = (name: string) =>
    told.some((line) => line === name || (line.endsWith('/*') && name.startsWith(line.slice(0, -1))))
  expect(Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !explains(name))).toEqual([])
})
