import { Elysia, ValidationError } from 'elysia'
import type { ErrorCode } from '#contract/errors'
import { AppError, fail, invalid } from '#kernel/fail'
import type { Log } from '#kernel/log'
import { metaOf } from '#kernel/request'

type Detail = { path?: string; summary?: string; message?: string }

/** `/settings/port` → `settings.port`; submitted values stay out, they may be passwords. */
function fieldsOf(error: ValidationError): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const { path = '', summary, message } of error.all as Detail[]) {
    const name = path.replace(/^\//, '').replaceAll('/', '.') || String(error.type)
    fields[name] ??= summary ?? message ?? 'is not valid'
  }
  return fields
}

/** Any thrown thing → the refusal that the client sees. What is not meant for it stays in the log. */
export function refusalOf(error: unknown, code: string | number, onBug: (error: unknown) => void): AppError {
  if (error instanceof AppError) return error
  if (error instanceof ValidationError && error.type !== 'response') return invalid(fieldsOf(error))
  if (code === 'NOT_FOUND') return fail('NOT_FOUND')
  if (code === 'PARSE') return fail('BAD_REQUEST', { message: 'The request body is not valid JSON' })
  onBug(error)
  return fail('INTERNAL_ERROR')
}

export const errorBody = ({ message, code, details }: { message: string; code: ErrorCode; details: object }) => ({
  error: message,
  code,
  details,
})

/** Error bodies for everything that happens inside Elysia; the gateway adds what concerns every answer. */
export const conventions = (log: Log) =>
  new Elysia({ name: 'conventions' })
    .onError({ as: 'global' }, ({ error, code, set, request }) => {
      const refusal = refusalOf(error, code, (bug) =>
        log.error('a request failed', { error: bug, method: request.method, path: new URL(request.url).pathname }),
      )
      set.status = refusal.status
      Object.assign(set.headers, refusal.headers)
      return errorBody(refusal)
    })
    .onBeforeHandle({ as: 'global' }, ({ request }) => {
      const { unknown_fields = [] } = metaOf(request)
      if (unknown_fields.length > 0)
        throw invalid(Object.fromEntries(unknown_fields.slice(0, 20).map((name) => [name, 'is not a known field'])))
    })
