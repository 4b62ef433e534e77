import { invalid } from '#kernel/fail'

/** 422 unless it is a time zone this runtime knows; nothing given is fine. */
export function requireZone(timezone: string | undefined) {
  try {
    if (timezone !== undefined) new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    throw invalid({ timezone: 'is not a time zone such as Europe/Berlin' })
  }
}
