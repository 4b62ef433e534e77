import { afterAll, beforeEach, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folders, loadNative, unpack } from './native'

const base = mkdtempSync(join(tmpdir(), 'xinex-native-'))
afterAll(() => rmSync(base, { recursive: true }))

const who = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
const file = join(base, 'part.bin')
const embedded = (content: string) => {
  writeFileSync(file, content)
  return { file, sha256: createHash('sha256').update(content).digest('hex') }
}
let n = 0
let folder: { parent: string; dir: string }
beforeEach(() => {
  const parent = join(base, `data-${++n}`)
  folder = { parent, dir: join(parent, 'native') }
})

test('the data folder that a person names is asked first, in every spelling', () => {
  const first = (args: string[], env = {}) => folders(args, env, 7)[0]?.dir
  expect(first(['serve', '--data', '/d'])).toBe('/d/native')
  expect(first(['serve', '--data=/d'])).toBe('/d/native')
  expect(first(['serve'], { XINEX_DATA: '/e' })).toBe('/e/native')
  expect(first(['serve', '--data', '/d'], { XINEX_DATA: '/e' })).toBe('/d/native')
  expect(first(['version'], { TMPDIR: '/t' })).toBe('/t/xinex-7')
})

test('unpacking leaves one executable file that only we can read', () => {
  const path = unpack(embedded('one'), folder, who)
  expect(readFileSync(path, 'utf8')).toBe('one')
  expect(statSync(path).mode & 0o777).toBe(0o500)
  expect(statSync(folder.parent).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder.dir)).toHaveLength(1)
})

test('a file damaged on disk, even of the same size, is replaced', () => {
  const part = embedded('original')
  const path = unpack(part, folder, who)
  chmodSync(path, 0o700)
  writeFileSync(path, 'tampered')
  expect(readFileSync(unpack(part, folder, who), 'utf8')).toBe('original')
})

test('an upgrade removes what the version before it unpacked', () => {
  const old = unpack(embedded('old'), folder, who)
  const fresh = unpack(embedded('new'), folder, who)
  expect(existsSync(old)).toBe(false)
  expect(readFileSync(fresh, 'utf8')).toBe('new')
})

test('a damaged executable is refused', () => {
  expect(() => unpack({ ...embedded('x'), sha256: 'f'.repeat(64) }, folder, who)).toThrow('damaged')
  expect(readdirSync(folder.dir)).toEqual([])
})

test('a folder that others can write to, or that is not ours, is not trusted', () => {
  mkdirSync(folder.parent, { mode: 0o700 })
  mkdirSync(folder.dir)
  chmodSync(folder.dir, 0o777)
  expect(() => unpack(embedded('x'), folder, who)).toThrow('writable by other users')
  chmodSync(folder.dir, 0o700)
  expect(() => unpack(embedded('x'), folder, { ...who, uid: who.uid + 1 })).toThrow('belongs to another user')
})

test('when no folder works, the message names each with its reason', () => {
  const part = embedded('this is no shared object')
  const nowhere = join(file, 'below-a-file')
  expect(() => loadNative(part, ['--data', nowhere], { TMPDIR: nowhere })).toThrow(`${nowhere}/native: `)
})
