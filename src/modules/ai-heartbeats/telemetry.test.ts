import { describe, expect, test } from 'bun:test'
import { told } from './telemetry'

describe('the names of OpenTelemetry in the metadata of a run', () => {
  test('are read as what we call it', () => {
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet',
      'gen_ai.response.model': 'claude-sonnet-4-5',
      'gen_ai.usage.input_tokens': 1_200,
      'gen_ai.usage.output_tokens': 340,
      'gen_ai.usage.cost': 0.0123,
      'gen_ai.evaluation.score.value': 0.9,
      'gen_ai.client.operation.duration': 2.3456,
      'gen_ai.response.finish_reasons': ['stop'],
    }
    expect(told(attributes)).toEqual({
      model: 'claude-sonnet-4-5',
      provider: 'anthropic',
      input_tokens: 1_200,
      output_tokens: 340,
      cost_usd: 0.0123,
      quality_score: 0.9,
      latency_ms: 2_346,
    })
  })

  test('may be those of before', () => {
    const attributes = {
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.prompt_tokens': 10,
      'gen_ai.usage.completion_tokens': 20,
      'gen_ai.usage.cost_usd': 0.5,
    }
    expect(told(attributes)).toEqual({
      ...{ provider: 'openai', model: 'gpt-4o', input_tokens: 10, output_tokens: 20, cost_usd: 0.5 },
    })
  })

  test('win over them where both are there', () => {
    const attributes = {
      ...{ 'gen_ai.system': 'old', 'gen_ai.provider.name': 'new' },
      ...{ 'gen_ai.usage.prompt_tokens': 1, 'gen_ai.usage.input_tokens': 2 },
    }
    expect(told(attributes)).toEqual({ provider: 'new', input_tokens: 2 })
  })

  test('may hold numbers as text, as OTLP writes them', () => {
    expect(told({ 'gen_ai.usage.input_tokens': '1200', 'gen_ai.usage.cost': '0.25' })).toEqual({
      ...{ input_tokens: 1_200, cost_usd: 0.25 },
    })
  })

  test.each([
    ['error.type', { 'error.type': 'RateLimitError' }, 'RateLimitError'],
    ['both', { 'error.type': '429', 'exception.message': 'slow down' }, '429: slow down'],
    ['the exception', { 'exception.type': 'ValueError', 'exception.message': 'no JSON' }, 'ValueError: no JSON'],
    ['why it stopped', { 'gen_ai.response.finish_reasons': ['content_filter'] }, 'The model stopped: content_filter'],
    ['one of several', { 'gen_ai.response.finish_reasons': ['stop', 'length', 'length'] }, 'The model stopped: length'],
  ])('say why it failed: %s', (_, attributes, error) => {
    expect(told(attributes)).toEqual({ error })
  })

  test('that do not fit are free text like everything else', () => {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1e9', 'many', '', null, true, [], {}, 1e13])
      expect([value, told({ 'gen_ai.usage.cost': value, 'gen_ai.usage.input_tokens': value })]).toEqual([value, {}])
    expect(told({ 'gen_ai.usage.input_tokens': 1.5 })).toEqual({})
    // Scores of other scales say nothing about ours.
    expect(told({ 'gen_ai.evaluation.score.value': 4 })).toEqual({})
    expect(told({ 'gen_ai.request.model': '  ', 'gen_ai.system': 7, 'gen_ai.response.finish_reasons': 9 })).toEqual({})
    expect(told(JSON.parse('{"__proto__":{"gen_ai.system":"x"}}'))).toEqual({})
    expect(told({})).toEqual({})
  })

  test('are cut where nobody would read on', () => {
    expect(told({ 'gen_ai.request.model': 'x'.repeat(5_000) }).model?.length).toBe(200)
  })
})
