// bun scripts/build.ts [--target linux-x64|…|all] [--entry FILE --outfile FILE]: generated files → dist/xinex[-target]
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { generateAssets } from './gen-assets'
import { generateMigrations } from './gen-migrations'
import { embedLibsql } from './libsql-plugin'
import { hostTarget, nativePart, targets } from './targets'

const root = resolve(import.meta.dir, '..')
const program = join(root, 'src/main.ts')

/** The program's version is the first heading of the changelog, so that the two cannot disagree. */
export function versionOf(changelog: string): string {
  const version = /^## (\d+\.\d+\.\d+(?:-[\w.]+)?)(?:\s|$)/m.exec(changelog)?.[1]
  if (!version) throw new Error('CHANGELOG.md: the first "## " heading must start with a version like 1.2.3')
  return version
}

/** Compiles one executable that needs nothing beside it. */
export async function compile(name: string, entry: string, outfile: string): Promise<void> {
  const target = targets[name]
  if (!target) throw new Error(`--target ${name}: expected one of ${Object.keys(targets).join(', ')}, all`)
  const version = versionOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))
  // Made aside under its own name, which stack traces show, and moved: a running older one keeps its file.
  const aside = join(dirname(outfile), `.build-${process.pid}`)
  const half = join(aside, basename(outfile))
  mkdirSync(aside, { recursive: true })
  const result = await Bun.build({
    // The probing worker is an entry of its own: src/probing/worker.ts starts it by its place beside src/main.ts.
    entrypoints: [entry, ...(entry === program ? [join(root, 'src/probing/worker-main.ts')] : [])],
    target: 'bun',
    format: 'esm', // Bytecode with top-level await needs it.
    bytecode: true, // Halves the time to the first answer.
    // Never minify identifiers: it silently switches off Elysia's validation of numbers in queries and paths.
    minify: false,
    define: { BUILD_VERSION: JSON.stringify(version) },
    // What lies in the folder it is started from must not configure the program.
    compile: { target: target.bun, outfile: half, autoloadDotenv: false, autoloadBunfig: false },
    plugins: [embedLibsql(name, nativePart(target))],
  })
  for (const log of result.logs) console.error(String(log))
  if (!result.success) throw new Error(`${name}: the build failed`)
  renameSync(half, outfile)
  rmSync(aside, { recursive: true })
  console.log(`${outfile} ${version} ${name} ${(statSync(outfile).size / 1e6).toFixed(1)} MB`)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { target: { type: 'string' }, entry: { type: 'string' }, outfile: { type: 'string' } },
  })
  generateMigrations()
  generateAssets({ prune: true })
  if (!values.entry && !existsSync(join(root, 'web/dist/index.html')))
    throw new Error('web/dist is missing: `npm run build` makes it first')
  const entry = resolve(values.entry ?? program)
  const names = values.target === 'all' ? Object.keys(targets) : [values.target ?? hostTarget()]
  for (const name of names) {
    const plain = join(root, 'dist', values.target ? `xinex-${name}` : 'xinex')
    await compile(name, entry, resolve(values.outfile ?? plain))
  }
}
