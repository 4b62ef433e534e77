import type { Driver } from '#channels/driver.fixtures'

/** On-call services, ticket systems and the machine's own tools. */
export const toolDrivers: Driver[] = []
