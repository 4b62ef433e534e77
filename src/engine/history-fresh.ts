import { ByteReader, ByteWriter } from '#engine/history-bytes'
import { numberOf, regionOf, seriesOf } from '#engine/series'

/** One check as it waits to be written: when it began, tenths of a millisecond (-1 = none), code, its phases in tenths. */
export type Raw = { series: number; at: number; ms10: number; code: number; tenths: number[] | undefined }

/** Four rows fill a page: one long one would leave the rest of its page empty, or be spread over several. */
const MOST_BYTES = 950

function write(to: ByteWriter, { series, at, ms10, code, tenths }: Raw, last: { number: number; at: number }) {
  to.signed(numberOf(series) - last.number)
  to.signed(at - last.at)
  to.number(ms10 + 1)
  to.number(code)
  const seen = tenths?.reduce((bits, tenth, i) => (tenth < 0 ? bits : bits | (1 << i)), 0) ?? 0
  to.number(seen)
  for (const tenth of tenths ?? []) if (tenth >= 0) to.number(tenth)
  last.number = numberOf(series)
  last.at = at
}

/**
 * What one region found in an hour, in the order it became known, about twelve bytes a check; neighbours are near to each other in
 * time, so differences are small.
 */
export function packFresh(raws: Raw[], start: number): { region: number; bytes: Uint8Array }[] {
  const rows: { region: number; bytes: Uint8Array }[] = []
  for (const [region, own] of Map.groupBy(raws, ({ series }) => regionOf(series))) {
    let to = new ByteWriter(MOST_BYTES + 100)
    let last = { number: 0, at: start }
    for (const raw of own) {
      write(to, raw, last)
      if (to.length < MOST_BYTES) continue
      rows.push({ region, bytes: to.used() })
      to = new ByteWriter(MOST_BYTES + 100)
      last = { number: 0, at: start }
    }
    if (to.length > 0) rows.push({ region, bytes: to.used() })
  }
  return rows
}

/** Visits what a row holds; a call each, because after a restart there may be half a million. */
export function unpackFresh(bytes: Uint8Array, region: number, start: number, visit: (raw: Raw) => void): void {
  const from = new ByteReader(bytes)
  let number = 0
  let at = start
  while (from.more) {
    number += from.signed()
    at += from.signed()
    const ms10 = from.number() - 1
    const code = from.number()
    const seen = from.number()
    const tenths = seen ? [-1, -1, -1, -1, -1] : undefined
    for (let i = 0; tenths && i < tenths.length; i++) if (seen & (1 << i)) tenths[i] = from.number()
    visit({ series: seriesOf(number, region), at, ms10, code, tenths })
  }
}
