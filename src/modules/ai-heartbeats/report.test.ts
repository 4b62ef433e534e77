import { describe, expect, test } from 'bun:test'
import { AppError } from '#kernel/fail'
import { signalOf } from './report'
import type { Report } from './schema'

const NOW = Date.parse('2026-05-01T12:00:00.000Z')
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString()
const of = (report: Partial<Report> = {}) => signalOf({ status: 'ok', ...report }, NOW)
function faults(report: Partial<Report>): unknown {
  try {
    of(report)
  } catch (error) {
    if (error instanceof AppError) return error.details.fields
  }
  return 'taken'
}
const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) })

describe('a run', () => {
  test('is a success or a failure, with what it was told', () => {
    const report = {
      started_at: at(-90),
      ended_at: at(-30),
      input_tokens: 10,
      cost_usd: 0.5,
      model: 'm',
      trace_id: 't',
    }
    expect(of(report)).toEqual({
      signal: {
        ...{ kind: 'success', at: NOW },
        run: {
          ...{ status: 'ok', started_at: NOW - 90_000, ended_at: NOW - 30_000 },
          numbers: { input_tokens: 10, cost_usd: 0.5, latency_ms: 60_000 },
        },
      },
      details: { model: 'm', trace_id: 't' },
    })
    for (const status of ['error', 'timeout', 'refused'] as const)
      expect(of({ status }).signal).toMatchObject({ kind: 'fail', run: { status } })
  })

  test('took what it says, or else the time from its beginning to its end', () => {
    const latency = (report: Partial<Report>) => of(report).signal.run?.numbers.latency_ms
    expect(latency({ latency_ms: 12.6, started_at: at(-90) })).toBe(13)
    expect(latency({ started_at: at(-90), ended_at: at(-80) })).toBe(10_000)
    // One that says only when it began has just ended.
    expect(latency({ started_at: at(-90) })).toBe(90_000)
    expect(latency({ ended_at: at(-80) })).toBeUndefined()
  })

  test('of a clock that is ahead is moved back, and takes as long as before', () => {
    const { run } = of({ started_at: at(3_600), ended_at: at(3_660) }).signal
    expect(run).toMatchObject({ started_at: NOW - 60_000, ended_at: NOW, numbers: { latency_ms: 60_000 } })
    expect(of({ started_at: at(60) }).signal.run).toMatchObject({ started_at: NOW, numbers: { latency_ms: 0 } })
  })

  test.each<[string, Partial<Report>, string[]]>([
    ['ends before it began', { started_at: at(-1), ended_at: at(-2) }, ['started_at']],
    ['is of the day after tomorrow', { ended_at: at(2 * 86_400) }, ['ended_at']],
    ['began the day after tomorrow', { started_at: at(2 * 86_400) }, ['started_at']],
    ['is of last month', { ended_at: at(-8 * 86_400) }, ['ended_at']],
    ['has no such time', { ended_at: '2026-05-01T12:00:60Z' }, ['ended_at']],
    ['names a model over two lines', { model: 'a\nb' }, ['model']],
    ['has a trace that turns text around', { trace_id: 'a\u202eb' }, ['trace_id']],
    ['has metadata that is a list', { metadata: [] as never }, ['metadata']],
    ['has metadata that is text', { metadata: 'x' as never }, ['metadata']],
    ['has too much metadata', { metadata: { text: 'é'.repeat(4_100) } }, ['metadata']],
    ['has metadata too deep', { metadata: { a: deep(8) } }, ['metadata']],
    ['is wrong twice', { model: '\0', metadata: [] as never }, ['metadata', 'model']],
  ])('that %s is refused', (_, report, fields) => {
    expect(Object.keys(faults(report) as object).sort()).toEqual(fields)
  })

  test('may be as large and as old as allowed', () => {
    expect(faults({ metadata: { text: 'x'.repeat(8_192 - 11) } })).toBe('taken')
    expect(faults({ metadata: { text: 'x'.repeat(8_192 - 10) } })).not.toBe('taken')
    expect(faults({ metadata: deep(7) as Record<string, unknown> })).toBe('taken')
    expect(faults({ ended_at: at(-7 * 86_400), started_at: at(-7 * 86_400) })).toBe('taken')
    expect(faults({ ended_at: at(86_400) })).toBe('taken')
  })

  test('may leave anything empty', () => {
    const empty = {
      started_at: null,
      ended_at: null,
      model: null,
      provider: '',
      trace_id: null,
      error: '',
      metadata: null,
    }
    const none = { input_tokens: null, cost_usd: null, latency_ms: null, quality_score: null }
    expect(of({ ...empty, ...none })).toEqual({
      signal: { kind: 'success', at: NOW, run: { status: 'ok', numbers: {} } },
      details: {},
    })
  })

  test('has zeros where it says zero', () => {
    expect(of({ input_tokens: 0, cost_usd: 0 }).signal.run?.numbers).toEqual({ input_tokens: 0, cost_usd: 0 })
  })

  test('is completed by the names of OpenTelemetry, which never win over what it says itself', () => {
    const metadata = {
      ...{ 'gen_ai.request.model': 'other', 'gen_ai.provider.name': 'anthropic', 'error.type': 'Late' },
      ...{ 'gen_ai.usage.input_tokens': 7, 'gen_ai.usage.output_tokens': 8, 'gen_ai.usage.cost': 0 },
    }
    const { signal, details } = of({ status: 'error', model: 'own', input_tokens: 1, metadata })
    expect(signal.run?.numbers).toEqual({ input_tokens: 1, output_tokens: 8, cost_usd: 0 })
    expect(details).toEqual({ model: 'own', provider: 'anthropic', error: 'Late', metadata })
    // An error of one call that the run got over is none of the run.
    expect(of({ metadata }).details).not.toHaveProperty('error')
  })

  test('says in one readable line why it failed', () => {
    const { signal, details } = of({ status: 'error', error: `Traceback:\n  line 1\u0000\u202e${'x'.repeat(5_000)}` })
    expect(signal.message).toStartWith('Traceback:   line 1 xx')
    expect(signal.message?.length).toBe(300)
    expect(details.error).toStartWith('Traceback:\n  line 1 xx')
    expect(details.error?.length).toBe(2_000)
  })
})
