import type { Known } from '#engine/advance'

export type Quorum = 'any' | 'majority' | 'all' | number
/** What one region says: `since` is when it began to say so. */
export type Vote = { region: string; status: Known | 'unknown'; since: number }
/** What the regions say together, and since when; `pending` while too few have said anything yet. */
export type Outcome = { status: Known | 'unknown'; from: number }

/** As it is stored: a word, or a number in digits. */
export const quorumOf = (text: string): Quorum => {
  if (/^\d+$/.test(text)) return Number(text)
  return text === 'any' || text === 'all' ? text : 'majority'
}

/** How many of so many voters have to see it down. */
export function neededOf(quorum: Quorum, voters: number): number {
  const wanted = quorum === 'any' ? 1 : quorum === 'all' ? voters : quorum === 'majority' ? (voters >> 1) + 1 : quorum
  return Math.min(Math.max(1, wanted), Math.max(1, voters))
}

/** With fewer voters than this nobody decides: what half of the regions cannot see is not known. */
const leastOf = (quorum: Quorum, regions: number) =>
  quorum === 'majority' || quorum === 'all' ? Math.ceil(regions / 2) : 1

const bySince = (votes: Vote[]) => votes.map(({ since }) => since).sort((a, b) => a - b)

/**
 * Counts the votes of a monitor's regions. Those without a fresh vote (their prober is gone, or cannot see) neither
 * count for nor against; of the others as many as the quorum asks for must see it down, and it has been down since the
 * last of these did. Pure.
 */
export function poll(votes: Vote[], quorum: Quorum): Outcome {
  const voters = votes.filter(({ status }) => status !== 'pending' && status !== 'unknown')
  if (voters.length < leastOf(quorum, votes.length)) {
    const blind = votes.filter(({ status }) => status === 'unknown')
    return blind.length === 0
      ? { status: 'pending', from: 0 }
      : { status: 'unknown', from: Math.max(...blind.map(({ since }) => since)) }
  }
  const needed = neededOf(quorum, voters.length)
  const down = bySince(voters.filter(({ status }) => status === 'down'))
  if (down.length >= needed) return { status: 'down', from: down[needed - 1]! }
  // No longer down since so many said otherwise that the rest could not be enough.
  const answering = bySince(voters.filter(({ status }) => status !== 'down'))
  const from = answering[voters.length - needed]!
  const troubled = bySince(voters.filter(({ status }) => status !== 'up'))
  if (troubled.length >= needed) return { status: 'degraded', from: troubled[needed - 1]! }
  const well = bySince(voters.filter(({ status }) => status === 'up'))
  return { status: 'up', from: Math.max(from, well[voters.length - needed]!) }
}
