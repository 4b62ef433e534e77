export type Resolved = { address: string; family: 4 | 6; addresses: string[]; dns_ms: number }

/** Turns names into addresses under the address policy; the only way out to the network for probes and channels. */
export type Net = {
  /** Throws an Error with `code`: ENOTFOUND, ESERVFAIL, ETIMEOUT (DNS) or ADDRESS_BLOCKED (policy). */
  resolve: (host: string, options?: { family?: 4 | 6; signal?: AbortSignal }) => Promise<Resolved>
  /** Same policy for a literal address; throws ADDRESS_BLOCKED. */
  permit: (address: string) => void
}
