import type { App } from '#kernel/context'
import { byName } from './named'
import { answer } from './own'
import { orLater, type Told, takeIn } from './take'
import { lineOf, numberOf, numbersOf, queryOf } from './words'

/** The telemetry API of Cronitor: https://cronitor.io/docs/telemetry-api */

const kinds: Record<string, Told['kind']> = {
  run: 'start',
  complete: 'success',
  fail: 'fail',
  ok: 'success',
  tick: 'success',
}
const MOST_SERIES = 64
/** Longer than this is no duration but a mistake in its unit. */
const LONGEST_S = 30 * 86_400

/** What its clients always send one of, and those of Healthchecks never. */
export function isCronitor(request: Request): boolean {
  const query = queryOf(request)
  return ['state', 'series', 'stamp', 'metric'].some((name) => query.has(name))
}

/** `metric=count:5&metric=duration:1.5` */
function metricsOf(query: URLSearchParams) {
  const pairs = query
    .getAll('metric')
    .flatMap((text) => text.split(','))
    .map((text): [string, string] => {
      const at = text.lastIndexOf(':')
      return [text.slice(0, at), text.slice(at + 1)]
    })
  return numbersOf(pairs, [])
}

function toldOf(query: URLSearchParams): Told | undefined {
  const code = numberOf(query.get('status_code') ?? '')
  const exit_code = code !== undefined && Number.isInteger(code) && code >= 0 && code <= 255 ? code : undefined
  const state = query.get('state')?.toLowerCase() || (exit_code ? 'fail' : 'complete')
  const kind = Object.hasOwn(kinds, state) ? kinds[state] : undefined
  if (kind === undefined) return undefined
  const numbers = metricsOf(query)
  const took_s = numbers?.duration
  const timed = took_s !== undefined && took_s >= 0 && took_s <= LONGEST_S && kind !== 'start'
  const details = Object.fromEntries(
    ['env', 'host'].flatMap((name) => {
      const text = lineOf(query.get(name) ?? '')
      return text ? [[name, text]] : []
    }),
  )
  return {
    ...{ kind, door: 'cronitor', exit_code, numbers, text: query.get('message') ?? query.get('msg') ?? undefined },
    rid: lineOf(query.get('series') ?? '', MOST_SERIES),
    ...(timed && { took_ms: took_s * 1_000 }),
    ...(Object.keys(details).length > 0 && { details }),
  }
}

/** One event of the monitor with this key, which is the name of a heartbeat here. */
export async function telemetry(app: App, request: Request, key: string, name: string): Promise<Response> {
  const told = toldOf(queryOf(request))
  if (!told) return answer('state must be one of run, complete, fail, ok', 400)
  const work = async () => {
    const found = await byName(app, key, name)
    if (found === 'ambiguous') return answer('more than one heartbeat has this name', 409)
    const taken = found !== 'unknown' && (await takeIn(app, request, found.target, told))
    return taken ? answer('OK') : answer('not found', 404)
  }
  return orLater(app, work())
}
