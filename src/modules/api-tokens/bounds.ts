import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import type { Identity } from '#kernel/credentials'
import { invalid } from '#kernel/fail'
import { isInside, networkOf } from './networks'

const MOST_NETWORKS = 20
/** Ten years: who means "for ever" leaves it empty, and a slip of the keyboard is noticed. */
const LONGEST_MS = 10 * 366 * 86_400_000

/** How far the asking credential itself reaches: a token it makes or changes must not reach further. */
export type Bounds = Pick<Identity, 'networks' | 'expires_at'>

/** What is asked for, as it is stored, within the bounds; nothing said means as far as they go. */
export function expiryOf(ctx: Ctx, wanted: string | null | undefined, { expires_at: end }: Bounds): string | null {
  const latest = end === undefined ? undefined : end * 1000
  if (wanted === undefined || wanted === null) {
    if (wanted === null && latest !== undefined) throw invalid({ expires_at: 'must not outlive the token that asks' })
    return latest === undefined ? null : isoAt(latest)
  }
  const at = Date.parse(wanted)
  if (at <= ctx.now()) throw invalid({ expires_at: 'must be in the future' })
  if (at > ctx.now() + LONGEST_MS) throw invalid({ expires_at: 'must be within ten years' })
  if (latest !== undefined && at > latest) throw invalid({ expires_at: 'must not outlive the token that asks' })
  return isoAt(at)
}

export function networksOf(wanted: string[] | undefined, { networks: mine = [] }: Bounds): string[] {
  if (wanted === undefined) return mine
  if (wanted.length > MOST_NETWORKS) throw invalid({ networks: `must not be more than ${MOST_NETWORKS}` })
  const read = wanted.map((text, i) => {
    const network = networkOf(text)
    if (!network) throw invalid({ [`networks.${i}`]: 'is not an address or network such as 10.0.0.0/8' })
    return network
  })
  const outside =
    mine.length > 0 && (read.length === 0 || read.some((one) => !mine.some((wide) => isInside(one, wide))))
  if (outside) throw invalid({ networks: 'must be within the networks of the token that asks' })
  return [...new Set(read)]
}
