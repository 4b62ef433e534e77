/** The parts of a foreign client that the tests use; it comes without types. */
declare module 'healthchecks-io-client' {
  type Check = Record<string, unknown> & { uuid: string; status: string; started: boolean }
  type Ping = { type: string; n: number; duration?: number; scheme: string; remote_addr: string; method: string }
  export class HealthChecksApiClient {
    constructor(options: { apiKey: string; baseUrl: string; apiVersion?: number; maxContentLength?: number })
    getChecks(tags?: string[]): Promise<{ checks: Check[] }>
    getCheck(uuid: string): Promise<Check>
    createCheck(check: object): Promise<Check>
    updateCheck(uuid: string, check: object): Promise<Check>
    pauseCheck(uuid: string): Promise<Check>
    deleteCheck(uuid: string): Promise<Check>
    listPings(uuid: string): Promise<{ pings: Ping[] }>
    listFlips(uuid: string, query?: object): Promise<{ flips: { up: number }[] }>
  }
  export class HealthChecksPingClient {
    constructor(options: { uuid: string; baseUrl: string })
    start(): Promise<void>
    success(payload?: string): Promise<void>
    fail(payload?: string): Promise<void>
  }
}
