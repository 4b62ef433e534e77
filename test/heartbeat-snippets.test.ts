import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { listen } from '../src/server'
import { type Booted, boot } from './boot'

const text = readFileSync(resolve(import.meta.dir, '../docs/heartbeats.md'), 'utf8')
/** The code under a heading, one block after the other. */
const codeOf = (heading: string) => {
  const [, after = ''] = text.split(`\n### ${heading}\n`)
  const [section = ''] = after.split('\n### ')
  return [...section.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
}
/** The command of a crontab line: what stands behind the five fields. */
const commandOf = (line: string) => line.trim().replace(/^(\S+\s+){5}/, '')

let t: Booted
let server: ReturnType<typeof listen>
let folder: string
beforeAll(async () => {
  t = await boot()
  server = listen(t.appliance, { host: '127.0.0.1', port: 0 })
  folder = mkdtempSync(join(tmpdir(), 'xinex-snippets-'))
})
afterAll(async () => {
  await server.stop(true)
  await t.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A job that says something, and ends with this code. */
function job(code: number): string {
  const file = join(folder, `backup-${code}`)
  writeFileSync(file, `#!/bin/sh\necho copied 12 files\nexit ${code}\n`)
  chmodSync(file, 0o755)
  return file
}

type Program = { run: string[]; code: string; exit?: number }
/** Runs a snippet for a heartbeat of its own; what it has reported. */
async function reportedBy({ run: [program = '', ...given], code, exit = 0 }: Program) {
  const { id, slug } = (await t.alice('POST', '/heartbeats', { name: 'Job', grace_s: 60 })).body
  const address = `http://127.0.0.1:${server.port}/api/v1/hb/${slug}`
  const script = code.replaceAll('https://xinex.example.com/api/v1/hb/…', address)
  expect(script).toContain(address)
  const file = join(folder, `${slug}.ts`)
  writeFileSync(file, script)
  const child = Bun.spawn([program, ...given, file], { stdout: 'ignore', stderr: 'pipe' })
  const [code_ended, said] = [await child.exited, await new Response(child.stderr).text()]
  expect([code_ended, code_ended === exit ? '' : said]).toEqual([exit, ''])
  const { items } = (await t.alice('GET', `/heartbeats/${id}/pings`)).body
  const pings = items.reverse() as { kind: string; rid: string | null; exit_code: number | null; numbers: object }[]
  const body = await t.alice('GET', `/heartbeats/${id}/pings/${items.length}/body`)
  return {
    pings,
    body: body.body as string | undefined,
    status: (await t.alice('GET', `/heartbeats/${id}`)).body.status,
  }
}
const kinds = ({ pings }: { pings: { kind: string }[] }) => pings.map(({ kind }) => kind)

/** A test of a snippet, skipped with a reason where its program is not installed. */
function withProgram(program: string, name: string, work: () => Promise<void>) {
  const found = Bun.which(program) !== null
  if (!found) console.log(`SKIPPED: ${name}: ${program} is not installed`)
  test.skipIf(!found)(name, work, 30_000)
}

withProgram('curl', 'the line for curl reports', async () => {
  expect(await reportedBy({ run: ['sh'], code: codeOf('curl')[0] ?? '' })).toMatchObject({ status: 'up' })
})
withProgram('curl', 'the script for curl reports start, exit code and output, and ends as the job did', async () => {
  const code = (codeOf('curl')[1] ?? '').replace('/usr/local/bin/backup', job(3))
  const told = await reportedBy({ run: ['sh'], code, exit: 3 })
  expect(kinds(told)).toEqual(['start', 'fail'])
  expect([told.pings[1]?.exit_code, told.pings[1]?.rid, told.body]).toEqual([3, told.pings[0]?.rid, 'copied 12 files'])
  const good = await reportedBy({
    run: ['sh'],
    code: (codeOf('curl')[1] ?? '').replace('/usr/local/bin/backup', job(0)),
  })
  expect([kinds(good), good.status]).toEqual([['start', 'success'], 'up'])
})
withProgram('wget', 'the line for wget reports', async () => {
  expect(await reportedBy({ run: ['sh'], code: codeOf('wget')[0] ?? '' })).toMatchObject({ status: 'up' })
})
withProgram('curl', 'the lines for cron report when the job ended well, and how it ended', async () => {
  const [only, always] = codeOf('cron').map(commandOf)
  const run = (line: string | undefined, code: number) =>
    reportedBy({
      run: ['sh'],
      code: (line ?? '').replace('/usr/local/bin/backup', job(code)),
      exit: line === only ? code : 0,
    })
  expect(kinds(await run(only, 0))).toEqual(['success'])
  expect(kinds(await run(only, 4))).toEqual([])
  expect((await run(always, 4)).pings).toMatchObject([{ kind: 'fail', exit_code: 4 }])
})
withProgram(
  'curl',
  'the commands of the systemd unit report start and end, also of a job that was killed',
  async () => {
    const unit = (codeOf('systemd')[0] ?? '').replace(/\\\n\s*/g, ' ')
    const command = (name: string) => new RegExp(`^${name}=-/bin/sh -c '(.*)'$`, 'm').exec(unit)?.[1] ?? ''
    const before = 'export INVOCATION_ID=abc PING=https://xinex.example.com/api/v1/hb/…\n'
    for (const [ended, kind] of [
      ['0', 'success'],
      ['7', 'fail'],
      ['KILL', 'fail'],
    ]) {
      const code = `${before}(${command('ExecStartPre')})\nexport EXIT_STATUS=${ended}\n(${command('ExecStopPost')})\n`
      const { pings } = await reportedBy({ run: ['sh'], code })
      expect(pings).toMatchObject([
        { kind: 'start', rid: 'abc' },
        { kind, rid: 'abc' },
      ])
    }
  },
)
withProgram('python3', 'the Python script reports runs with their numbers, and failures', async () => {
  const [code = ''] = codeOf('Python')
  const good = await reportedBy({ run: ['python3'], code: `def backup():\n    return 12\n\n${code}` })
  expect(good.pings).toMatchObject([{ kind: 'start' }, { kind: 'success', numbers: { rows: 12 } }])
  const bad = await reportedBy({
    run: ['python3'],
    code: `def backup():\n    raise OSError("full")\n\n${code}`,
    exit: 1,
  })
  expect([kinds(bad), bad.body]).toEqual([['start', 'fail'], "OSError('full')"])
})
test('the TypeScript reports runs with their numbers, and failures', async () => {
  const [code = ''] = codeOf('TypeScript')
  const run = [process.execPath]
  const good = await reportedBy({ run, code: `const backup = async () => 12\n${code}` })
  expect(good.pings).toMatchObject([{ kind: 'start' }, { kind: 'success', numbers: { rows: 12 } }])
  const thrown = 'const backup = async (): Promise<number> => { throw new Error("full") }\n'
  const bad = await reportedBy({ run, code: thrown + code, exit: 1 })
  expect([kinds(bad), bad.body]).toEqual([['start', 'fail'], 'Error: full'])
}, 30_000)
withProgram('pwsh', 'the PowerShell script reports start, end and output', async () => {
  const code = (codeOf('PowerShell')[0] ?? '').replace('C:\\Scripts\\Backup.ps1', job(0))
  expect(kinds(await reportedBy({ run: ['pwsh', '-NoProfile', '-File'], code }))).toEqual(['start', 'success'])
})
