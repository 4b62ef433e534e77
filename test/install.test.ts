import { afterAll, beforeEach, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')
const base = mkdtempSync(join(tmpdir(), 'xinex-install-'))
afterAll(() => rmSync(base, { recursive: true }))

let n = 0
let stage: string
beforeEach(() => {
  stage = join(base, `stage-${++n}`)
  mkdirSync(stage)
})

/** A program that can say its version, which is all the installer asks of a binary before it trusts it. */
function program(version: string): string {
  const file = join(base, `xinex-${version}`)
  writeFileSync(file, `#!/bin/sh\n[ "$1" = version ] && echo "xinex ${version}"\n`)
  return file
}

function install(...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', DESTDIR: stage }
  const { stdout, stderr, exitCode } = Bun.spawnSync(['sh', join(root, 'install.sh'), ...args], { env, cwd: base })
  return { out: stdout.toString(), err: stderr.toString(), exitCode }
}

const read = (path: string) => readFileSync(join(stage, path), 'utf8')
const mode = (path: string) => statSync(join(stage, path)).mode & 0o777

const BIN = '/usr/local/bin/xinex'
const PREVIOUS = '/usr/local/lib/xinex/xinex.previous'

test('a first installation puts the program, its unit, its settings and a private data folder', () => {
  const { out, exitCode } = install('--listen', '0.0.0.0:8080', program('1.0.0'))
  expect(exitCode).toBe(0)
  expect(out).toContain('Installed xinex 1.0.0')
  expect(mode(BIN)).toBe(0o755)
  expect(mode('/var/lib/xinex')).toBe(0o700)
  expect(mode('/etc/xinex/xinex.env')).toBe(0o600)
  expect(read('/etc/xinex/xinex.env')).toContain('\nXINEX_LISTEN=0.0.0.0:8080\n')
  expect(read('/etc/systemd/system/xinex.service')).toContain(
    'ExecStart=/usr/local/bin/xinex serve --data /var/lib/xinex',
  )
  expect(existsSync(join(stage, PREVIOUS))).toBe(false)
})

test('an upgrade keeps the settings, the data and a copy of the program before it', () => {
  install(program('1.0.0'))
  writeFileSync(join(stage, '/etc/xinex/xinex.env'), 'XINEX_LISTEN=10.0.0.1:80\n')
  writeFileSync(join(stage, '/var/lib/xinex/xinex.db'), 'precious')
  expect(install(program('1.1.0')).exitCode).toBe(0)
  expect(read(BIN)).toContain('1.1.0')
  expect(read(PREVIOUS)).toContain('1.0.0')
  expect(read('/etc/xinex/xinex.env')).toBe('XINEX_LISTEN=10.0.0.1:80\n')
  expect(read('/var/lib/xinex/xinex.db')).toBe('precious')
})

test('installing the same version twice does not overwrite the copy to go back to', () => {
  for (const version of ['1.0.0', '1.1.0', '1.1.0']) install(program(version))
  expect(read(PREVIOUS)).toContain('1.0.0')
})

test('a rollback swaps the two programs, and a second one swaps them back', () => {
  for (const version of ['1.0.0', '1.1.0']) install(program(version))
  expect(install('--rollback').exitCode).toBe(0)
  expect(read(BIN)).toContain('1.0.0')
  expect(read(PREVIOUS)).toContain('1.1.0')
  install('--rollback')
  expect(read(BIN)).toContain('1.1.0')
})

test('without a previous program a rollback is refused', () => {
  install(program('1.0.0'))
  const { err, exitCode } = install('--rollback')
  expect(exitCode).toBe(1)
  expect(err).toContain('no previous binary')
})

test('a file that is no program for this machine is refused before anything is changed', () => {
  install(program('1.0.0'))
  const bad = join(base, 'bad')
  writeFileSync(bad, '\x7fELF for another machine')
  const { err, exitCode } = install(bad)
  expect(exitCode).toBe(1)
  expect(err).toContain('does not run on this machine')
  expect(read(BIN)).toContain('1.0.0')
  expect(install(join(base, 'nowhere')).err).toContain('no such file')
})

test('removing the program keeps the data and the settings', () => {
  install(program('1.0.0'))
  expect(install('--uninstall').exitCode).toBe(0)
  expect([BIN, '/etc/systemd/system/xinex.service'].filter((path) => existsSync(join(stage, path)))).toEqual([])
  expect(['/var/lib/xinex', '/etc/xinex/xinex.env'].filter((path) => !existsSync(join(stage, path)))).toEqual([])
})

test('the script alone with a binary beside it is enough', () => {
  const folder = join(base, 'carried')
  mkdirSync(folder)
  writeFileSync(join(folder, 'install.sh'), readFileSync(join(root, 'install.sh')))
  writeFileSync(join(folder, 'xinex'), readFileSync(program('3.0.0')))
  chmodSync(join(folder, 'xinex'), 0o644)
  const env = { PATH: process.env.PATH ?? '', DESTDIR: stage }
  expect(Bun.spawnSync(['sh', join(folder, 'install.sh')], { env }).exitCode).toBe(0)
  expect(read(BIN)).toContain('3.0.0')
})

test('the unit in the repository is the one that is installed', () => {
  expect(install('--print-unit').out).toBe(readFileSync(join(root, 'deploy/xinex.service'), 'utf8'))
})
