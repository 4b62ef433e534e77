import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newest, run, totals } from './toolchain.mjs'

const base = mkdtempSync(join(tmpdir(), 'xinex-toolchain-'))
afterAll(() => rmSync(base, { recursive: true }))

/** Runs a test file of its own, away from the settings of this repository, and answers code and report. */
function report(name: string, body: string) {
  const dir = join(base, name)
  mkdirSync(dir)
  writeFileSync(join(dir, 'a.test.ts'), body)
  const file = join(dir, 'junit.xml')
  const args = ['test', '--reporter=junit', `--reporter-outfile=${file}`]
  const { exitCode } = Bun.spawnSync([process.execPath, ...args], { cwd: dir, stdout: 'ignore', stderr: 'ignore' })
  return { code: exitCode, text: existsSync(file) ? readFileSync(file, 'utf8') : '' }
}

test('passed, failed and skipped tests are counted as they ran', () => {
  const { code, text } = report(
    'mixed',
    `import { expect, test } from 'bun:test'
     test('good', () => expect(1).toBe(1))
     test('fine', () => expect(2).toBe(2))
     test('bad', () => expect(1).toBe(2))
     test.skip('left out', () => {})
     test.todo('planned')`,
  )
  expect(totals(text, code)).toEqual({ passed: 2, failed: 1, skipped: 2 })
})

test('a test file that does not load is a failure, though no test of it failed', () => {
  const { code, text } = report(
    'broken',
    `import { test } from 'bun:test'\ntest('good', () => {})\nthrow new Error('while loading')`,
  )
  expect(code).not.toBe(0)
  expect(totals(text, code).failed).toBeGreaterThan(0)
})

test('a run that died before its report is a failure', () => {
  expect(totals('', 137)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('the exit code of a program is passed on, also when a signal ended it', async () => {
  expect(await run('sh', ['-c', 'exit 7'])).toBe(7)
  expect(await run('sh', ['-c', 'kill -TERM $$'])).toBe(143)
})

test('what a build leaves behind does not make the sources look newer', () => {
  const at = (path: string, seconds: number) => {
    mkdirSync(join(base, 'tree', path, '..'), { recursive: true })
    writeFileSync(join(base, 'tree', path), '')
    utimesSync(join(base, 'tree', path), seconds, seconds)
  }
  at('src/a.ts', 1_000)
  at('src/deep/b.ts', 2_000)
  for (const path of ['dist/x', 'node_modules/y', 'src/generated/z']) at(path, 9_000)
  expect(newest([join(base, 'tree')])).toBe(2_000_000)
  expect(newest(['no/such/path'])).toBe(0)
})
