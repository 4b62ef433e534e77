/** A valid incoming request id is kept so that a call can be traced across systems. */
export const requestIdFrom = (given: string | null) =>
  given && /^[\w.-]{1,64}$/.test(given) ? given : Bun.randomUUIDv7()
