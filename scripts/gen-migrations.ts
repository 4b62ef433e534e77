// migrations/*.sql → src/generated/migrations.ts: static text imports, so that the executable carries them.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeIfChanged } from './write'

const root = resolve(import.meta.dir, '..')

/** The order of application is the order of the names; a gap or a number used twice is a merge gone wrong. */
export function ordered(names: string[]): string[] {
  const files = names.filter((name) => name.endsWith('.sql')).sort()
  files.forEach((name, index) => {
    const expected = String(index + 1).padStart(4, '0')
    if (!name.startsWith(`${expected}_`))
      throw new Error(`migrations/${name}: expected the next one to start with ${expected}_`)
  })
  return files
}

export function generateMigrations(): void {
  const dir = join(root, 'migrations')
  const files = ordered(existsSync(dir) ? readdirSync(dir) : [])
  const imports = files.map((name, i) => `import m${i} from '../../migrations/${name}' with { type: 'text' }\n`)
  const entries = files.map((name, i) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(dir, name)))
      .digest('hex')
    return `  { tag: '${name.slice(0, -4)}', sql: m${i} as unknown as string, hash: '${hash}' },\n`
  })
  writeIfChanged(
    join(root, 'src/generated/migrations.ts'),
    `// Written by scripts/gen-migrations.ts; do not edit.
// @ts-nocheck
${imports.join('')}
export type Migration = { tag: string; sql: string; hash: string }
export const migrations: Migration[] = [
${entries.join('')}]
`,
  )
}
