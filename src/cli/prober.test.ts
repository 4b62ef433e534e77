import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeServer, TOKEN, until } from '#probing/agent.fixtures'

describe('xinex prober', () => {
  let folder: string
  let running: Bun.Subprocess[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xinex-prober-'))
    running = []
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`)
    writeFileSync(join(folder, 'other'), 'something else')
  })
  afterEach(async () => {
    for (const one of running) {
      one.kill('SIGKILL')
      await one.exited
    }
    rmSync(folder, { recursive: true, force: true })
  })

  /** As an operator starts it, in a folder of its own. */
  function start(options: string[], env: Record<string, string> = {}) {
    const command = [process.execPath, join(import.meta.dir, '../main.ts'), 'prober', ...options]
    const run = Bun.spawn(command, {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    running.push(run)
    return { run, text: () => new Response(run.stderr).text() }
  }
  const ended = async (options: string[], env: Record<string, string> = {}) => {
    const { run, text } = start(options, env)
    return { err: await text(), code: await run.exited }
  }
  const fine = ['--server', 'http://127.0.0.1:1', '--token-file', 'token']

  test.each([
    [[], {}, '--server is missing'],
    [['--server', 'http://127.0.0.1:1'], {}, '--token-file is missing'],
    [['--server', 'gopher://x', '--token-file', 'token'], {}, 'must be an http:// or https:// URL'],
    [['--server', 'http://127.0.0.1:1', '--token-file', 'other'], {}, 'does not hold the token of a prober'],
    [['--server', 'http://127.0.0.1:1', '--token-file', 'nowhere'], {}, 'cannot be read'],
    [[...fine, '--anchor', 'fine:53', '--anchor', 'a b'], {}, '--anchor a b is neither host:port nor host'],
    [[...fine, '--ca', 'token'], {}, 'There is no certificate'],
    [[...fine, '--ca', 'nowhere'], {}, 'The file of --ca cannot be read'],
    [fine, { XINEX_PROBER_TOKNE: 'x' }, 'XINEX_PROBER_TOKNE is not a setting of Xinex'],
    [fine.slice(0, 2), { XINEX_PROBER_TOKEN: 'xinex_prober_short' }, 'XINEX_PROBER_TOKEN is not the token of a prober'],
  ] as [string[], Record<string, string>, string][])(
    '%j with %j says what is wrong',
    async (options, env, sentence) => {
      const { code, err } = await ended(options, env)
      expect([code, err]).toEqual([1, expect.stringContaining(sentence)])
      expect([err.includes('a'.repeat(64)), existsSync(join(folder, 'prober-data'))]).toEqual([false, false])
    },
  )

  test('the settings of a prober do not stop the appliance, nor the other way round', async () => {
    const { code, err } = await ended(['--server', 'x'], {
      XINEX_SMTP_URL: 'smtp://mail.test',
      XINEX_PROBER_CA: 'nowhere',
    })
    expect([code, err]).toEqual([1, expect.stringContaining('XINEX_PROBER_SERVER must be')])
  })

  test('comes with what it was given, once for each data folder, and leaves when it is told to', async () => {
    const server = fakeServer(Date.now)
    try {
      const { run, text } = start([], {
        XINEX_PROBER_SERVER: `${server.url}/`,
        XINEX_PROBER_TOKEN_FILE: 'token',
        XINEX_DATA: 'own',
      })
      await until('it works', () => server.batches.length > 0 && server.count('jobs') > 0)
      const second = await ended([...fine, '--data', 'own'])
      expect([second.code, second.err]).toEqual([
        1,
        expect.stringContaining(`is in use by another Xinex (process ${run.pid})`),
      ])
      run.kill('SIGTERM')
      expect(await run.exited).toBe(0)
      const log = await text()
      expect([log.includes('Registered'), log.includes(TOKEN), log.includes('not encrypted')]).toEqual([
        true,
        false,
        false,
      ])
      expect([existsSync(join(folder, 'own', 'xinex.pid')), existsSync(join(folder, 'own', 'native'))]).toEqual([
        false,
        false,
      ])
      expect(server.forged).toEqual([])
    } finally {
      await server.stop()
    }
  }, 15_000)

  test('a way that is not encrypted is named, unless it stays on this machine', async () => {
    const { run, text } = start(['--server', 'http://xinex.invalid', '--token-file', 'token'])
    const reading = text()
    await until('it has begun', () => existsSync(join(folder, 'prober-data', 'spool')))
    run.kill('SIGTERM')
    expect([await run.exited, await reading]).toEqual([0, expect.stringContaining('is not encrypted')])
  })
})
