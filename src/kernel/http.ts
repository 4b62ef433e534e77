import type { ValueError } from '@sinclair/typebox/errors'
import { Elysia, ValidationError } from 'elysia'
import type { ErrorCode } from '#contract/errors'
import { AppError, fail, invalid } from '#kernel/fail'
import { sentencesOf } from '#kernel/faults'
import type { Log } from '#kernel/log'
import { metaOf } from '#kernel/request'
import { loggable } from '#kernel/url'

/** One sentence for each wrong field; a fault of the whole is put under `body`, `query` or `params`. */
function fieldsOf(error: ValidationError, url: string): Record<string, string> {
  // Safe: the framework hands on the errors of TypeBox, with a summary added.
  const fields = sentencesOf(error.all as Iterable<ValueError>)
  const { '': whole, ...named } = fields
  if (whole === undefined) return named
  // A number in a query is judged after it was read, away from its name: the value tells which one it was.
  const names = [...new URL(url).searchParams].filter(([, text]) => Number(text) === error.value).map(([name]) => name)
  const places = String(error.type) === 'property' ? names : [String(error.type)]
  return { ...named, ...Object.fromEntries(places.map((name) => [name, whole])) }
}

/** Any thrown thing → the refusal that the client sees. What is not meant for it stays in the log. */
export function refusalOf(
  error: unknown,
  code: string | number,
  onBug: (error: unknown) => void,
  url = 'http://localhost/',
): AppError {
  if (error instanceof AppError) return error
  // A path that cannot be read names nothing that exists.
  if (error instanceof ValidationError && error.type === 'params') return fail('NOT_FOUND')
  if (error instanceof ValidationError && error.type !== 'response') return invalid(fieldsOf(error, url))
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
      const onBug = (bug: unknown) =>
        log.error('a request failed', {
          ...{ error: bug, method: request.method },
          path: loggable(new URL(request.url).pathname),
        })
      const refusal = refusalOf(error, code, onBug, request.url)
      set.status = refusal.status
      Object.assign(set.headers, refusal.headers)
      return errorBody(refusal)
    })
    .onBeforeHandle({ as: 'global' }, ({ request }) => {
      const { body_faults = {} } = metaOf(request)
      if (Object.keys(body_faults).length > 0) throw invalid(body_faults)
    })
