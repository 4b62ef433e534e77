import { expect, test } from 'bun:test'
import { Glob } from 'bun'

/** What each layer may import at run time. Types may cross: they vanish when the code runs. */
const mayImport: Record<string, string[]> = {
  contract: [],
  db: ['contract'],
  kernel: ['db', 'contract'],
  probes: ['kernel', 'contract'],
  channels: ['kernel', 'contract'],
  'sign-in': ['kernel', 'contract'],
  heartbeats: ['kernel', 'contract'],
  oncall: ['kernel', 'contract'],
  probing: ['probes', 'kernel', 'contract'],
  engine: ['probing', 'probes', 'channels', 'heartbeats', 'oncall', 'kernel', 'db', 'contract'],
  modules: ['engine', 'probing', 'probes', 'channels', 'sign-in', 'heartbeats', 'oncall', 'kernel', 'db', 'contract'],
}
const isTest = (file: string) => /\.test\.ts$|\.fixtures?\.ts$|\/fixtures?\.ts$|test-suite/.test(file)
const sources = [...new Glob('src/*/**/*.ts').scanSync('.')].filter(
  (file) => !isTest(file) && (file.split('/')[1] ?? '') in mayImport,
)
const transpiler = new Bun.Transpiler({ loader: 'ts' })

test.each(sources)('%s imports only what lies below it', async (file) => {
  const [, layer = '', feature] = file.split('/')
  for (const { path } of transpiler.scanImports(await Bun.file(file).text())) {
    expect(path).not.toStartWith('../') // outside its own folder, an import names the layer
    const [, target = '', sub] = path.match(/^#([\w-]+)\/([\w-]+)/) ?? []
    if (!target || (target === layer && layer !== 'modules')) continue
    if (target !== 'modules') expect(mayImport[layer]).toContain(target)
    else if (sub !== feature) expect([layer, path]).toEqual(['modules', `#modules/${sub}/service`]) // a sibling's verbs only
  }
})
