import { describe, expect, test } from 'bun:test'
import { Glob } from 'bun'

const isTest = (file: string) => /\.test\.ts$|\.fixtures?\.ts$|\/fixtures?\.ts$|test-suite/.test(file)
const sources = [...new Glob('src/*/**/*.ts').scanSync('.')].filter((file) => !isTest(file))
/** A schema file is named after its only writer; the kernel also keeps what proves who somebody is. */
const owners: Record<string, string> = {
  credentials: 'kernel',
  'heartbeat-states': 'engine',
  alerts: 'engine',
  maintenance: 'engine',
  'notification-prefs': 'engine',
  'push-tokens': 'engine',
}
/** When a credential was last used, nobody sees but who reads it. */
const notes = new Set(['src/kernel/credentials.ts oauth', 'src/kernel/credentials.ts probers'])

/** Where a name in this file was imported from: the schema file, or undefined for a local thing such as a Map. */
function schemaOf(text: string, name: string): string | undefined {
  for (const [, names = '', schema] of text.matchAll(/import \{([^}]*)\} from '#db\/schema\/([\w-]+)'/g))
    if (names.split(',').some((n) => n.trim().split(' as ').at(-1)?.trim() === name)) return schema
  return undefined
}

describe('ownership', () => {
  test.each(sources)('%s writes only its own tables', async (file) => {
    const text = await Bun.file(file).text()
    const [, layer = '', feature = ''] = file.split('/')
    for (const [, table = ''] of text.matchAll(/\.(?:insert|update|delete)\((\w+)\)/g)) {
      const schema = schemaOf(text, table)
      if (schema && !notes.has(`${file} ${schema}`))
        expect(owners[schema] ?? schema).toBe(layer === 'modules' ? feature : layer)
    }
  })

  test.each(['probes', 'channels', 'sign-in'])('every plugin in src/%s is listed in its index', async (folder) => {
    const index = await Bun.file(`src/${folder}/index.ts`).text()
    for (const file of new Glob('*.ts').scanSync(`src/${folder}`)) {
      if (isTest(file)) continue
      const text = await Bun.file(`src/${folder}/${file}`).text()
      if (/\bdefine(Probe|Channel|Redirect|Password|Header)\(/.test(text))
        expect(index).toContain(`'#${folder}/${file.replace('.ts', '')}'`)
    }
  })

  test('only one file knows lucia', async () => {
    const knowing = []
    for (const file of sources) if (/from 'lucia'/.test(await Bun.file(file).text())) knowing.push(file)
    expect(knowing).toEqual(['src/kernel/sessions.ts'])
  })

  test.each(sources)('%s reads the clock it was given', async (file) => {
    const text = await Bun.file(file).text()
    // Durations inside a probe and lucia's own expiry are real time; wall time comes from the clock.
    if (!/^src\/(kernel\/(clock|sessions|lock)|cli\/)/.test(file))
      expect(text).not.toMatch(/new Date\(\)|Date\.now\(\)/)
  })
})
