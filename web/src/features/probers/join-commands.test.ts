import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addressWarning, joinSteps, renewSteps, ways } from './join-commands'

const SERVER = 'https://xinex.example.test'
const TOKEN = `xinex_prober_${'a'.repeat(64)}`

test.each(ways)('$label: the server is named, and the token stands in a file, not among the arguments', ({ value }) => {
  const steps = joinSteps(value, SERVER, TOKEN)
  const [keep, start] = steps
  expect(steps).toHaveLength(2)
  expect(keep?.text).toContain(TOKEN)
  expect(start?.text).not.toContain(TOKEN)
  expect(start?.text).toContain(`xinex prober --server ${SERVER} --token-file `)
})

test('a shell reads every line as it is meant', async () => {
  for (const { value } of ways)
    for (const { text } of [...joinSteps(value, SERVER, TOKEN), ...renewSteps(value, TOKEN)]) {
      const shell = Bun.spawn(['sh', '-n', '-c', text], { stderr: 'pipe' })
      expect([value, await shell.exited]).toEqual([value, 0])
    }
})

test('the file of the token holds it and a line end, and only its owner can read it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-join-'))
  try {
    const [keep] = joinSteps('binary', SERVER, TOKEN)
    await Bun.spawn(['sh', '-c', keep?.text ?? ''], { cwd: folder }).exited
    const file = join(folder, 'prober-token')
    expect(readFileSync(file, 'utf8')).toBe(`${TOKEN}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('an address that will not do elsewhere is told', () => {
  expect(addressWarning('http://localhost:3000')).toContain('this machine only')
  expect(addressWarning('https://127.0.0.1')).toContain('this machine only')
  expect(addressWarning('http://nas:3000')).toContain('not encrypted')
  expect(addressWarning(SERVER)).toBeUndefined()
})
