import { expect, test } from 'bun:test'

/** A process with the last resort that then does `what`; answers how it ended and what it logged. */
async function ending(what: string) {
  const program = `
    import { lastResort } from '${import.meta.dir}/last-resort'
    import { logTo } from '#kernel/log'
    lastResort(logTo((line) => process.stderr.write(line), 'info', () => 0))
    setTimeout(() => process.exit(0), 200)
    ${what}`
  const child = Bun.spawn([process.execPath, '-e', program], { cwd: import.meta.dir, stderr: 'pipe', stdout: 'ignore' })
  const log = await new Response(child.stderr).text()
  return {
    code: await child.exited,
    log: log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  }
}

test('a promise that nobody listens to is logged and the process goes on', async () => {
  const { code, log } = await ending("void Promise.reject(new Error('forgotten'))")
  expect(code).toBe(0)
  expect(log).toMatchObject([{ level: 'error', error: { message: 'forgotten' } }])
})

test('an exception that nobody catches is logged and ends the process with a failure', async () => {
  const { code, log } = await ending("setTimeout(() => { throw new Error('lost') }, 1)")
  expect(code).toBe(70)
  expect(log).toMatchObject([{ level: 'error', error: { message: 'lost' } }])
})
