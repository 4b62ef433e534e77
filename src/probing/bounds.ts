/** One target machine: how many monitors look at it, and how many checks of it run. */
export type Host = { name: string; monitors: number; running: number }

const HOST_LEAST = 4
/** TLS handshakes begun together slow each other down: 500 at once take 126 ms instead of 1; one per 2 ms does not. */
export const PACE_MS = 2
const PACED_BURST = 8

/** A host with many monitors may be asked by more of them at once, or a hanging one would delay the others for minutes. */
const most = ({ monitors }: Host) => Math.max(HOST_LEAST, Math.ceil(monitors / 8))

/** How many checks may run at once: over all, per host, and how close together TLS handshakes begin. */
export function createBounds(in_flight: number) {
  const hosts = new Map<string, Host>()
  let running = 0
  let paced_at = 0
  let allowance = PACED_BURST
  const tidy = (host: Host) => host.monitors === 0 && host.running === 0 && hosts.delete(host.name)

  return {
    join(name: string): Host {
      const host = hosts.get(name) ?? { name, monitors: 0, running: 0 }
      hosts.set(name, host)
      host.monitors++
      return host
    },
    leave(host: Host) {
      host.monitors--
      tidy(host)
    },
    mayStart(host: Host, paced: boolean, now: number): boolean {
      if (running >= in_flight || host.running >= most(host)) return false
      if (!paced) return true
      allowance = Math.min(PACED_BURST, allowance + Math.max(0, now - paced_at) / PACE_MS)
      paced_at = now
      return allowance >= 1
    },
    started(host: Host, paced: boolean) {
      if (paced) allowance--
      running++
      host.running++
    },
    finished(host: Host) {
      running--
      host.running--
      tidy(host)
    },
    running: () => running,
    /** The next TLS start must wait a little. */
    pacing: () => allowance < 1,
  }
}
