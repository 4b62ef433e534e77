import type { AiNumbers } from '#heartbeats/define'

/** What attributes of telemetry say about a run. */
export type Told = AiNumbers & { model?: string; provider?: string; error?: string }

/**
 * Names of the OpenTelemetry conventions for generative AI, the newer one first:
 * https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/registry/attributes/gen-ai.md
 * `gen_ai.system`, `prompt_tokens` and `completion_tokens` are what they were called before 1.37 and 1.27. The conventions
 * have no name for money; these are the ones that OpenLIT and Langfuse write.
 */
const numbers = {
  input_tokens: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
  output_tokens: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
  cost_usd: ['gen_ai.usage.cost', 'gen_ai.usage.cost_usd'],
  quality_score: ['gen_ai.evaluation.score.value'],
} as const satisfies Partial<Record<keyof AiNumbers, readonly string[]>>
const texts = {
  // What answered says more than what was asked for.
  model: ['gen_ai.response.model', 'gen_ai.request.model'],
  provider: ['gen_ai.provider.name', 'gen_ai.system'],
} as const
/** A metric of the conventions, in seconds: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/ */
const DURATION = 'gen_ai.client.operation.duration'
const FINISH = 'gen_ai.response.finish_reasons'
/** Reasons to stop that are no error. */
const FINE = new Set(['stop', 'end_turn', 'stop_sequence', 'tool_calls', 'tool_call', 'tool_use', 'function_call'])

const MOST_TEXT = 200
const whole = new Set(['input_tokens', 'output_tokens'])

type Attributes = Record<string, unknown>
const own = (attributes: Attributes, name: string): unknown =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined

/** A number, also as text: OTLP writes whole numbers in quotes. What is none, or less than nothing, is not there. */
function numberIn(attributes: Attributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const given = own(attributes, name)
    const value = typeof given === 'string' && /^\d{1,15}(\.\d{1,15})?$/.test(given) ? Number(given) : given
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 1e12) return value
  }
  return undefined
}
function textIn(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const given = own(attributes, name)
    if (typeof given === 'string' && given.trim() !== '') return given.trim().slice(0, MOST_TEXT)
  }
  return undefined
}

/** Why it failed: the class of the error with its message, or else why the model stopped. */
function errorIn(attributes: Attributes): string | undefined {
  const kind = textIn(attributes, ['error.type', 'exception.type'])
  const message = textIn(attributes, ['exception.message', 'error.message'])
  if (kind || message) return [kind, message].filter(Boolean).join(': ')
  const reasons = own(attributes, FINISH)
  const given: unknown[] = Array.isArray(reasons) ? reasons : [reasons]
  const odd = given.filter((one): one is string => typeof one === 'string' && one !== '' && !FINE.has(one))
  return odd.length > 0 ? `The model stopped: ${[...new Set(odd)].join(', ')}`.slice(0, MOST_TEXT) : undefined
}

/** What the metadata of a run says by the names of OpenTelemetry; whatever does not fit is left alone, it is free text. */
export function told(attributes: Attributes): Told {
  const found: Told = {}
  for (const [name, names] of Object.entries(numbers)) {
    const value = numberIn(attributes, names)
    const fits = value !== undefined && (name !== 'quality_score' || value <= 1)
    // Safe: the names of the table are fields of AiNumbers.
    if (fits && (!whole.has(name) || Number.isInteger(value))) found[name as keyof AiNumbers] = value
  }
  const seconds = numberIn(attributes, [DURATION])
  if (seconds !== undefined) found.latency_ms = Math.round(seconds * 1_000)
  const [model, provider, error] = [
    textIn(attributes, texts.model),
    textIn(attributes, texts.provider),
    errorIn(attributes),
  ]
  return { ...found, ...(model && { model }), ...(provider && { provider }), ...(error && { error }) }
}
