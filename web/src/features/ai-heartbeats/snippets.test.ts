import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { snippet, ways } from './snippets'

const python = Bun.which('python3')
const curl = Bun.which('curl')
for (const [name, found] of Object.entries({ python3: python, curl }))
  if (!found) console.warn(`skipped: examples for ${name}, which is not installed`)

const folder = mkdtempSync(join(tmpdir(), 'xinex-snippets-'))
const heard: { path: string; body: Record<string, unknown> }[] = []
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async (request) => {
    heard.push({ path: new URL(request.url).pathname, body: await request.json() })
    return Response.json({}, { status: 201 })
  },
})
const address = `http://127.0.0.1:${server.port}/api/v1/hb/aBc`
afterAll(async () => {
  await server.stop(true)
  rmSync(folder, { recursive: true })
})

/** Runs a program and answers how it ended and what it reported. */
async function reports(...command: string[]) {
  heard.length = 0
  const job = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' })
  const said = await new Response(job.stderr).text()
  return { code: await job.exited, said, heard: [...heard] }
}
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const numbers = { input_tokens: 1200, output_tokens: 350, cost_usd: 0.0042 }
const good = { path: '/api/v1/hb/aBc/run', body: { status: 'ok', model: 'your-model', ...numbers } }

describe('the examples report as they stand', () => {
  test.skipIf(!curl)('curl', async () => {
    expect(await reports('sh', '-c', snippet('curl', address))).toMatchObject({ code: 0, said: '', heard: [good] })
  })

  test.skipIf(!python)('Python', async () => {
    const run = await reports('python3', file('good.py', snippet('python', address)))
    expect(run).toMatchObject({ code: 0, said: '', heard: [good] })
    expect(run.heard[0]?.body.latency_ms).toBeNumber()
  })

  test.skipIf(!python)('Python, when the agent fails: the failure is reported and stays a failure', async () => {
    const broken = snippet('python', address).replace(/run\.update\(model.*$/m, 'raise ValueError("no <b>answer</b>")')
    const run = await reports('python3', file('bad.py', broken))
    expect(run.code).toBe(1)
    expect(run.said).toContain('ValueError: no <b>answer</b>')
    expect(run.heard).toMatchObject([{ body: { status: 'error', error: "ValueError('no <b>answer</b>')" } }])
  })

  test.skipIf(!python)('Python, when nobody answers: the agent goes on', async () => {
    const lost = snippet('python', 'http://127.0.0.1:9/api/v1/hb/aBc')
    expect(await reports('python3', file('lost.py', `${lost}\nprint("went on")`))).toMatchObject({ code: 0, said: '' })
  })

  test('TypeScript, good and failed', async () => {
    const text = snippet('typescript', address)
    const run = await reports(process.execPath, file('good.ts', text))
    expect(run).toMatchObject({ code: 0, said: '', heard: [good] })
    const { started_at, ended_at } = run.heard[0]?.body ?? {}
    expect(Date.parse(String(ended_at))).toBeGreaterThanOrEqual(Date.parse(String(started_at)))
    const broken = text.replace(/Object\.assign\(run, \{ model.*$/m, "throw new Error('no answer')")
    const failed = await reports(process.execPath, file('bad.ts', broken))
    expect(failed).toMatchObject({ code: 1, heard: [{ body: { status: 'error', error: 'Error: no answer' } }] })
  })

  test.skipIf(!python)('LangChain’s is Python that can be read', async () => {
    const path = file('chain.py', snippet('langchain', address))
    expect(await reports('python3', '-m', 'py_compile', path)).toMatchObject({ code: 0, said: '' })
  })

  test('OpenTelemetry’s reports a trace once, with the tokens of its model calls and without what was said', async () => {
    const { RunReporter } = await import(file('spans.ts', snippet('opentelemetry', address)))
    heard.length = 0
    const reporter = new RunReporter()
    const span = (attributes: object, more: object = {}) => ({
      ...{ spanContext: () => ({ traceId: 'cafe' }), duration: [1, 5e8], status: { code: 0 }, attributes },
      ...more,
    })
    const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 3 }
    const inside = { parentSpanContext: { isRemote: false } }
    reporter.onEnd(span({ ...call, 'gen_ai.input.messages': 'secret' }, inside))
    reporter.onEnd(span(call, inside))
    const outer = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.input.messages': 'secret', 'http.route': '/' }
    reporter.onEnd(span(outer, { status: { code: 2, message: 'refused' } }))
    await reporter.shutdown()
    const body = {
      ...{ status: 'error', error: 'refused', latency_ms: 1500, trace_id: 'cafe', input_tokens: 20, output_tokens: 6 },
      metadata: { 'gen_ai.operation.name': 'invoke_agent' },
    }
    expect(heard).toEqual([{ path: '/api/v1/hb/aBc/run', body }])
  })

  test('every way has an example with the address in it', () => {
    for (const { value } of ways) expect(snippet(value, address)).toContain(`${address}/run`)
  })
})
