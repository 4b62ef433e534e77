/** A prober has one question open, and for a moment a second one when its connection broke. */
const MOST = 2

/** The questions for work that wait for news, so that they can be ended: by a stop, a deletion, a new token. */
export function createPolls() {
  const open = new Map<string, Set<AbortController>>()
  let closed = false
  const end = (id: string) => {
    for (const poll of open.get(id) ?? []) poll.abort()
  }
  return {
    async during<T>(id: string, gone: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const poll = new AbortController()
      const polls = open.get(id) ?? new Set()
      open.set(id, polls.add(poll))
      const [oldest] = polls
      if (oldest && polls.size > MOST) {
        polls.delete(oldest)
        oldest.abort()
      }
      if (closed) poll.abort()
      try {
        return await work(AbortSignal.any([gone, poll.signal]))
      } finally {
        polls.delete(poll)
        if (polls.size === 0 && open.get(id) === polls) open.delete(id)
      }
    },
    end,
    /** The server stops: whoever waits is answered now, and whoever comes does not wait. */
    close() {
      closed = true
      for (const id of open.keys()) end(id)
    },
    waiting: () => [...open.values()].reduce((sum, polls) => sum + polls.size, 0),
  }
}
export type Polls = ReturnType<typeof createPolls>
