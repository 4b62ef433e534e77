import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { binary, curlAs, EMAIL, excuse, type Installed, install, missing, PASSWORD } from './appliance'

const text = readFileSync(resolve(import.meta.dir, '../../docs/ai-heartbeats.md'), 'utf8')
type Snippet = { title: string; kind: string; code: string }
/** Every fenced block of a program in the section about reporting, with the heading it is under. */
const snippets: Snippet[] = (text.split(/^## Reporting runs$/m)[1]?.split(/^## /m)[0] ?? '')
  .split(/^### /m)
  .flatMap((part) => {
    const blocks = [...part.matchAll(/^```(sh|python|ts)\n(.*?)^```$/gms)]
    return blocks.map(([, kind = '', code = '']) => ({ title: part.split('\n')[0] ?? '', kind, code }))
  })
/** What needs libraries of others is tried by hand. */
const foreign = ({ code }: Snippet) => /langchain_core|@opentelemetry/.test(code)
const runnable = snippets.filter((one) => !foreign(one))

const lacking = [
  ...missing.filter((reason) => !reason.startsWith('nginx')),
  ...(Bun.which('python3') ? [] : ['python3 is not installed']),
]
excuse('snippets for agents', lacking)

test('there are snippets for everything that the page promises', () => {
  const titles = snippets.map(({ title, kind }) => `${title}: ${kind}`)
  expect(titles).toEqual([
    ...['From a shell: sh', 'From a shell: sh', 'Around a command, for cron: sh', 'Python: python'],
    ...['TypeScript: ts', 'LangChain: python', 'OpenTelemetry: ts'],
  ])
  expect(runnable.length).toBe(5)
})

describe.skipIf(lacking.length > 0)('a snippet of docs/ai-heartbeats.md reports a run as it says', () => {
  let xinex: Installed
  let curl: ReturnType<typeof curlAs>
  let token = ''
  beforeAll(async () => {
    expect(binary).not.toBe('')
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    token = (await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'agent')).text
    curl = curlAs(xinex.base, token)
  }, 60_000)
  afterAll(() => xinex?.stop())

  /** Runs it as its reader would, beside an agent of its own; answers its exit code, and the runs that arrived. */
  async function run({ kind, code }: Snippet, ...args: string[]) {
    const { body: agent } = await curl('POST', '/ai-heartbeats', { name: 'Agent' })
    const file = join(xinex.folder, `snippet-${agent.id}.${kind}`)
    writeFileSync(file, code)
    const program = { sh: '/bin/sh', python: 'python3', ts: process.execPath }[kind] ?? ''
    const child = Bun.spawn([program, file, ...args], {
      env: {
        ...{ PATH: process.env.PATH ?? '', HOME: xinex.folder, XINEX_URL: xinex.base, XINEX_TOKEN: token },
        ...{ XINEX_HEARTBEAT: agent.id, XINEX_RUN_URL: `${xinex.base}/api/v1/hb/${agent.slug}/run` },
      },
      ...{ stdout: 'pipe', stderr: 'pipe' },
    })
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    const { body } = await curl('GET', `/ai-heartbeats/${agent.id}/runs`)
    return { exit: await child.exited, out, err, runs: body.items }
  }

  test.each(runnable.filter(({ code }) => !code.includes('"$@"')).map((one, i) => [`${one.title} ${i}`, one] as const))(
    '%s',
    async (_, snippet) => {
      const { exit, err, runs } = await run(snippet)
      expect([exit, err]).toEqual([0, ''])
      expect(runs).toMatchObject([
        { status: 'ok', numbers: { input_tokens: 1_200 }, details: { model: 'your-model' }, problems: [] },
      ])
    },
    30_000,
  )

  test.each([
    ['true', ['true'], 0, { status: 'ok', details: {} }],
    ['false', ['false'], 1, { status: 'error', details: { error: 'exit code 1' } }],
    [
      'one that takes too long',
      ['timeout', '0.1', 'sleep', '60'],
      124,
      { status: 'timeout', details: { error: 'timeout ended it' } },
    ],
  ] as const)(
    'around a command: %s',
    async (_, command, code, wanted) => {
      const wrapper = runnable.find(({ code }) => code.includes('"$@"')) as Snippet
      const { exit, runs } = await run(wrapper, ...command)
      expect([exit, runs]).toMatchObject([code, [wanted]])
      expect(runs[0].began_at).not.toBeNull()
    },
    30_000,
  )

  test('an agent that fails in Python is reported, and fails all the same', async () => {
    const python = runnable.find(({ kind }) => kind === 'python') as Snippet
    const code = python.code.replace(
      '    run.update(model=',
      '    raise TimeoutError("no answer")\n    run.update(model=',
    )
    const { exit, err, runs } = await run({ ...python, code })
    expect([exit, runs]).toMatchObject([1, [{ status: 'timeout', details: { error: "TimeoutError('no answer')" } }]])
    expect(err).toContain('TimeoutError: no answer')
  }, 30_000)

  test('an agent that fails in TypeScript is reported, and fails all the same', async () => {
    const ts = runnable.find(({ kind }) => kind === 'ts') as Snippet
    const code = ts.code.replace(
      "  Object.assign(run, { model: 'your",
      "  throw new Error('no answer')\n  Object.assign(run, { model: 'your",
    )
    const { exit, runs } = await run({ ...ts, code })
    expect([exit, runs]).toMatchObject([1, [{ status: 'error', details: { error: 'Error: no answer' } }]])
  }, 30_000)
})
