import type { Span, Together } from '#engine/history-totals'
import { seriesOf } from '#engine/series'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { TimesQuery } from './schema'
import { isFiltered, monitorsOf, spanOf } from './which'

const HOUR_MS = 3_600_000
const DAY_HOURS = 24
/** Up to a week is shown by the hour. */
const HOURLY_HOURS = 7 * DAY_HOURS
const MOST_HOURS = 31 * DAY_HOURS
/** Figures of hours are kept this long; see the history. */
const HOURS_KEPT = 90 * DAY_HOURS
/** Series that are read one by one; of more of a whole workspace its sums are read. */
const ONE_BY_ONE = 200
/** Rows that one answer may read: about two seconds, in short steps. */
const MOST_ROWS = 1_000_000

/** Whole buckets around the time asked for. */
function bucketsOf(ctx: Ctx, query: TimesQuery): Span {
  const { from, until } = spanOf(ctx, query)
  const { bucket = 'auto' } = query
  const hours = Math.ceil((until - from) / HOUR_MS)
  const daily = bucket === 'day' || (bucket === 'auto' && hours > HOURLY_HOURS)
  if (bucket === 'hour' && hours > MOST_HOURS) throw invalid({ bucket: 'by the hour at most 31 days can be shown' })
  if (bucket === 'hour' && ctx.now() - from > HOURS_KEPT * HOUR_MS)
    throw invalid({ bucket: 'by the hour only the last 90 days can be shown' })
  const size = daily ? DAY_HOURS : 1
  const bucket_ms = size * HOUR_MS
  return {
    from: Math.floor(from / bucket_ms) * size,
    until: Math.ceil(until / bucket_ms) * size,
    bucket: daily ? DAY_HOURS : 1,
  }
}

function regionsAsked({ app: { engine }, tenant }: Ctx, region: string | undefined): Map<number, string> {
  const known = engine.regions(tenant.id)
  const asked = [...known].filter(([, name]) => region === undefined || name === region)
  if (asked.length === 0) throw invalid({ region: 'no prober of this workspace ever stood there' })
  return new Map(asked)
}

async function read(ctx: Ctx, query: TimesQuery, span: Span, regions: number[]): Promise<Together> {
  const { history } = ctx.app.engine
  const which = await monitorsOf(ctx, query)
  const series = which.flatMap(({ number }) => regions.map((region) => seriesOf(number, region)))
  if (!isFiltered(query) && series.length > ONE_BY_ONE) return history.ofScope(ctx.tenant.id, series, regions, span)
  if ((series.length * (span.until - span.from)) / span.bucket > MOST_ROWS)
    throw invalid({ from: 'that is too much at once: ask for a shorter time, for days, or for fewer monitors' })
  return history.together(series, span)
}

/** How long answers took, over time and by region. */
export async function responseTimes(ctx: Ctx, query: TimesQuery) {
  const regions = regionsAsked(ctx, query.region)
  const span = bucketsOf(ctx, query)
  const { regions: found, ...rest } = await read(ctx, query, span, [...regions.keys()])
  return {
    bucket_s: (span.bucket * HOUR_MS) / 1_000,
    ...rest,
    regions: found.map(({ region, ...figures }) => ({ region: regions.get(region) ?? String(region), ...figures })),
  }
}
