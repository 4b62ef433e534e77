/** The timeout of a monitor that names none: ten seconds, but at most 80 % of its interval. Seconds in, milliseconds out. */
export const timeoutFor = (interval_s: number) => Math.min(10_000, interval_s * 800)
