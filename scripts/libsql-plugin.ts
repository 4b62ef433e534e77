// libsql picks its native part with a computed require(), which a bundler cannot follow. Here it is named instead,
// carried inside the executable as a plain file, and loaded by src/kernel/native.ts.
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BunPlugin } from 'bun'
import { writeIfChanged } from './write'

const root = resolve(import.meta.dir, '..')

/** Replaces the loader in the text of libsql's entry file; throws when an upgrade of libsql has changed it. */
export function withEmbeddedLoader(source: string, loader: string): string {
  const replaced = source
    .replace(
      /function requireNative\(\)[\s\S]*?\n}\n/,
      `function requireNative() { return require(${JSON.stringify(loader)}).load() }\n`,
    )
    .replace(/^const \{ load, currentTarget \}.*$/m, '')
    .replace(/^const \{ familySync.*$/m, '')
  if (!replaced.includes(loader) || /currentTarget|familySync/.test(replaced))
    throw new Error('libsql has changed how it loads its native part: adapt scripts/libsql-plugin.ts')
  return replaced
}

/** @param addon the `index.node` of the platform that is built for; `name` tells platforms apart in .build. */
export function embedLibsql(name: string, addon: string): BunPlugin {
  const dir = join(root, '.build/native')
  const loader = join(dir, `${name}.ts`)
  return {
    name: 'embed-libsql',
    setup(build) {
      mkdirSync(dir, { recursive: true })
      // Under another ending, or the bundler would take it for an addon of its own and unpack it to /tmp at start.
      copyFileSync(addon, join(dir, `${name}.bin`))
      const sha256 = createHash('sha256').update(readFileSync(addon)).digest('hex')
      writeIfChanged(
        loader,
        `import file from './${name}.bin' with { type: 'file' }
import { loadNative } from '../../src/kernel/native.ts'
export const load = () => loadNative({ file, sha256: '${sha256}' })
`,
      )
      build.onLoad({ filter: /[\\/]node_modules[\\/]libsql[\\/](index|promise)\.js$/ }, ({ path }) => ({
        contents: withEmbeddedLoader(readFileSync(path, 'utf8'), loader),
        loader: 'js',
      }))
    },
  }
}
