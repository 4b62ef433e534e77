import { DrizzleQueryError } from 'drizzle-orm/errors'

export const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]
type Fields = Record<string, unknown>
export type Log = Record<Level, (message: string, fields?: Fields) => void>

const MOST_STATEMENT = 200
const framesOf = (error: Error) => (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))

/**
 * A statement that failed: why, and the beginning of it. Its own message holds the values as well, which is what people
 * and programs have written, and is not for the log.
 */
function ofStatement({ query, cause }: DrizzleQueryError) {
  const why = cause ?? new Error('A statement failed')
  const statement = query.replace(/\s+/g, ' ').slice(0, MOST_STATEMENT)
  const message = `${why.message}; statement: ${statement}`
  return { name: why.name, message, stack: [`${why.name}: ${why.message}`, ...framesOf(why)].join('\n') }
}

const plain = (value: unknown): unknown => {
  if (value instanceof DrizzleQueryError) return ofStatement(value)
  return value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value
}

/** One JSON object a line: `time, level, message` and the fields. Callers never pass secrets. */
export function logTo(write: (line: string) => void, least: Level, now: () => number): Log {
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}) => {
      if (levels.indexOf(level) < levels.indexOf(least)) return
      const entries = Object.entries(fields).map(([key, value]) => [key, plain(value)])
      write(
        `${JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...Object.fromEntries(entries) })}\n`,
      )
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
