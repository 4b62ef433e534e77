export const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]
type Fields = Record<string, unknown>
export type Log = Record<Level, (message: string, fields?: Fields) => void>

const plain = (value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value

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
