// Loading of libSQL's native part out of the executable. Only compiled programs come here (scripts/libsql-plugin.ts);
// run from source, libsql finds its part in node_modules.
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `file` is a path inside the executable, `sha256` what the build measured. */
export type Embedded = { file: string; sha256: string }
type Folder = { parent: string; dir: string }
type Who = { uid: number; gid: number }

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function dataFolder(args: string[], env: Record<string, string | undefined>): string | undefined {
  const at = args.findIndex((arg) => arg === '--data' || arg.startsWith('--data='))
  const arg = args[at]
  if (arg === undefined) return env.XINEX_DATA
  return arg === '--data' ? args[at + 1] : arg.slice('--data='.length)
}

/** Where the part may be unpacked, best first: the data folder when one is named, else where temporary files go. */
export function folders(args: string[], env: Record<string, string | undefined>, uid: number): Folder[] {
  const data = dataFolder(args, env)
  const temporary = [...new Set([env.BUN_TMPDIR, env.TMPDIR, tmpdir(), '/var/tmp'].filter((dir) => !!dir))] as string[]
  return [
    ...(data ? [{ parent: data, dir: join(data, 'native') }] : []),
    ...temporary.map((parent) => ({ parent, dir: join(parent, `xinex-${uid}`) })),
  ]
}

/** Code is run from here: nobody but us or root may be able to swap the file, or the folder it is in. */
function mustBeOurs(path: string, { uid, gid }: Who, kind: 'parent' | 'dir'): void {
  const { uid: owner, gid: group, mode } = statSync(path)
  if (owner !== uid && !(kind === 'parent' && owner === 0)) throw new Error(`${path} belongs to another user`)
  // The sticky bit of /tmp keeps others from renaming what is ours; our own group is how containers share a volume.
  if (kind === 'parent' && (mode & 0o1000) !== 0) return
  if ((mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && group !== gid))
    throw new Error(`${path} is writable by other users`)
}

/** Unpacks the part into one folder and answers its path; a damaged file from an earlier start is replaced. */
export function unpack({ file, sha256: wanted }: Embedded, { parent, dir }: Folder, who: Who): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  mustBeOurs(parent, who, 'parent')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  mustBeOurs(dir, who, 'dir')
  const target = join(dir, `libsql-${wanted.slice(0, 16)}.node`)
  if (intact(target, wanted)) return target
  const half = `${target}.${process.pid}`
  try {
    const bytes = readFileSync(file)
    if (sha256(bytes) !== wanted) throw new Error('the executable is damaged: the checksum of its libSQL part is wrong')
    writeFileSync(half, bytes, { mode: 0o500 })
    chmodSync(half, 0o500)
    renameSync(half, target)
  } finally {
    rmSync(half, { force: true })
  }
  // What earlier versions left; a process that still runs one keeps it open.
  for (const name of readdirSync(dir))
    if (/^libsql-\w{16}\.node$/.test(name) && join(dir, name) !== target) rmSync(join(dir, name))
  return target
}

function intact(path: string, wanted: string): boolean {
  try {
    return sha256(readFileSync(path)) === wanted
  } catch {
    return false
  }
}

function open(path: string): unknown {
  const module = { exports: {} as unknown }
  process.dlopen(module, path)
  return module.exports
}

/** Loads from the first folder that allows it: a read-only or noexec /tmp does not prevent a start. */
export function loadNative(embedded: Embedded, args = process.argv.slice(2), env = process.env): unknown {
  const who = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const refusals: string[] = []
  for (const folder of folders(args, env, who.uid)) {
    try {
      return open(unpack(embedded, folder, who))
    } catch (error) {
      refusals.push(`  ${folder.dir}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(
    `libSQL's native part could not be loaded from any of\n${refusals.join('\n')}\nName a writable folder on a file system that is not mounted noexec, with --data or TMPDIR.`,
  )
}
