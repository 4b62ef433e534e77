/** Route class → requests per window. `per` says what is counted: the client address or the credential. */
export const rateLimits = {
  auth: { requests: 10, window_s: 60, per: 'address' },
  public: { requests: 120, window_s: 60, per: 'address' },
  /** What costs next to nothing: the web interface's own files, which a whole team opens from one address, and OPTIONS. */
  files: { requests: 3000, window_s: 60, per: 'address' },
  /**
   * Reports to one monitor or heartbeat, counted by its key. Beside it, counted by address: all that are about monitors,
   * and those about heartbeats that do not exist.
   */
  ping: { requests: 120, window_s: 60, per: 'credential' },
  pings: { requests: 6000, window_s: 60, per: 'address' },
  /** Events of other programs, by the key they carry: a storm of alarms passes, and what never stops does not. */
  event: { requests: 600, window_s: 60, per: 'credential' },
  events: { requests: 6000, window_s: 60, per: 'address' },
  session: { requests: 600, window_s: 60, per: 'credential' },
  token: { requests: 6000, window_s: 60, per: 'credential' },
  /** Answers of 401 to a credential: guessing tokens is cut off here. */
  refused: { requests: 30, window_s: 60, per: 'address' },
} as const

export type RateClass = keyof typeof rateLimits
