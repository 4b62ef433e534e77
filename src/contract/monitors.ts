/** The timeout of a monitor that names none: ten seconds, but at most 80 % of its interval. Seconds in, milliseconds out. */
export const timeoutFor = (interval_s: number) => Math.min(10_000, interval_s * 800)

/** What a monitor has that only names itself and its target. */
export const monitorDefaults = {
  interval: 60,
  alert_threshold: 2,
  recovery_threshold: 1,
  confirm_interval_s: 5,
  degraded_ms: null,
  severity: 'high',
  inverted: false,
  enabled: true,
  reminder_interval_s: null,
  region_quorum: 'majority',
  runbook_url: null,
  description: null,
} as const
