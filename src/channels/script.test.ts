import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loopback, NOW, notice, refusalOf } from '#channels/fixtures'
import { postWith } from '#channels/post'
import { script, scriptWith } from '#channels/script'
import { faultsOf } from '#kernel/faults'

let root = ''
let scripts = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'xinex-run-'))
  scripts = join(root, 'scripts')
  mkdirSync(join(scripts, 'team'), { recursive: true })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function program(path: string, body: string, mode = 0o755) {
  const file = join(root, path)
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, mode)
  return file
}
const job = { net: loopback, post: postWith(loopback), now: () => NOW }
type More = { args?: string[]; limit_ms?: number; scripts?: string | undefined; told?: typeof notice }
const run = (command: string, { args, limit_ms, told = notice, ...more }: More = {}) =>
  scriptWith({ limit_ms }).send({ ...job, notice: told, settings: { command, arguments: args }, scripts, ...more })

test('a program hears the message on its input and in its environment, and nothing else of ours', async () => {
  process.env.XINEX_TEST_ONLY_SECRET = 'planted-s3cret'
  try {
    program('scripts/hear', `cat > '${root}/in.json'; env > '${root}/env.txt'; pwd; echo "told $1"`)
    const args = ['$(id); `id` "x" \'y\'']
    expect((await run('hear', { args })).answer).toBe(`0: / told ${args[0]}`)
  } finally {
    delete process.env.XINEX_TEST_ONLY_SECRET
  }
  expect(JSON.parse(readFileSync(join(root, 'in.json'), 'utf8'))).toEqual(notice)
  const env = readFileSync(join(root, 'env.txt'), 'utf8')
  expect(env).not.toContain('planted')
  const names = env.split('\n').flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? [])
  const ours = 'AT BODY DELIVERY_ID EVENT KIND SEVERITY SOURCE SUBJECT TARGET TITLE URGENT URL'.split(' ')
  const others = ['LANG', 'PATH', 'PWD', 'OLDPWD', 'SHLVL', '_']
  expect(names.filter((name) => !others.includes(name)).sort()).toEqual(ours.map((name) => `XINEX_${name}`))
  expect(env).toContain('XINEX_SUBJECT=inc_1\n')
})

test('without a folder nothing is run', async () => {
  program('scripts/any', `touch '${root}/ran'`)
  const { message, outcome } = await refusalOf(run('any', { scripts: undefined }))
  expect([outcome, message]).toEqual(['disable', expect.stringContaining('XINEX_SCRIPTS')])
  expect(existsSync(join(root, 'ran'))).toBe(false)
})

test('only executable files within the folder are run', async () => {
  program('outside', `touch '${root}/escaped'`)
  program('scripts/plain', 'exit 0', 0o644)
  symlinkSync(join(root, 'outside'), join(scripts, 'link'))
  symlinkSync(root, join(scripts, 'up'))
  mkdirSync(`${scripts}-other`)
  program('scripts-other/near', `touch '${root}/escaped'`)
  for (const command of [
    'link',
    'up/outside',
    '../outside',
    '../scripts-other/near',
    'plain',
    'team',
    'none',
    '/bin/true',
    '',
  ])
    expect([command, (await refusalOf(run(command))).outcome]).toEqual([command, 'disable'])
  expect(existsSync(join(root, 'escaped'))).toBe(false)
  program('scripts/team/page', 'echo yes')
  expect((await run('team/page')).answer).toBe('0: yes')
})

test('a name that leads out of the folder is refused when it is entered', () => {
  for (const command of ['../x', 'a/../b', '/bin/sh', './x', '.', '..', 'a//b', 'a b', 'a;b', 'x\n', ''])
    expect([command, faultsOf(script.settings, { command }, 'settings')]).toEqual([
      command,
      { 'settings.command': expect.any(String) },
    ])
  for (const command of ['page', 'team/page.sh', 'a-b_c.d/e', '..a'])
    expect([command, faultsOf(script.settings, { command }, 'settings')]).toEqual([command, {}])
})

test('an exit code says whether another try can help', async () => {
  program('scripts/fails', 'echo "no modem" >&2; exit 3')
  program('scripts/config', 'exit 78')
  program('scripts/killed', 'kill -9 $$')
  const outcomes = []
  for (const command of ['fails', 'config', 'killed']) {
    const { message, outcome } = await refusalOf(run(command))
    outcomes.push([outcome, message])
  }
  expect(outcomes).toEqual([
    ['retry', 'The program ended with 3: no modem'],
    ['disable', 'The program ended with 78'],
    ['retry', 'The program was ended by SIGKILL'],
  ])
})

test('a program that does not end is stopped, with all that it started', async () => {
  program('scripts/hangs', `sleep 600 & echo $! > '${root}/pid'; wait`)
  const { message, outcome } = await refusalOf(run('hangs', { limit_ms: 300 }))
  expect([outcome, message]).toEqual(['retry', 'The program did not end within 1 s and was stopped.'])
  const pid = readFileSync(join(root, 'pid'), 'utf8').trim()
  const state = () =>
    existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]![0] : 'X'
  // Killed: gone, or waiting for whoever inherits it to notice.
  while (!['X', 'Z'].includes(state()!)) await new Promise((turn) => setImmediate(turn))
})

test('what a program leaves behind is ended with it', async () => {
  program('scripts/leaves', `sleep 600 & echo $! > '${root}/left'; echo done`)
  expect((await run('leaves', { limit_ms: 5_000 })).answer).toBe('0: done')
})

test('a program that escapes its group does not hold up the answer', async () => {
  program('scripts/daemon', `setsid sleep 600 & echo $! > '${root}/daemon'; sleep 0.2; echo done`)
  expect((await run('daemon', { limit_ms: 1_000 })).answer).toBe('0: done')
  process.kill(Number(readFileSync(join(root, 'daemon'), 'utf8')), 'SIGKILL')
})

test('output without end is cut, and input that nobody reads does no harm', async () => {
  program('scripts/loud', 'head -c 5000000 /dev/zero | tr "\\\\0" x')
  const { answer } = await run('loud', { told: { ...notice, body: 'é'.repeat(1_000_000) } })
  expect(answer!.length).toBeLessThanOrEqual(310)
  expect(answer).toStartWith('0: xxx')
})

test('it is for instance admins', () => {
  expect(script.admins_only).toBe(true)
})
