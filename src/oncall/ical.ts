/** One entry of a calendar. */
export type CalendarEvent = {
  /** Stays the same for the same shift, so that calendars move it and do not show it twice. */
  uid: string
  from: number
  to: number
  summary: string
  description: string
}
export type Calendar = {
  name: string
  timezone: string
  /** When what it shows was last changed. */
  changed_at: number
  events: CalendarEvent[]
}

const bytesOf = (text: string) => Buffer.byteLength(text)
/** No line is longer than 75 bytes, and none ends within a character: RFC 5545, section 3.1. */
function folded(line: string): string {
  const lines: string[] = []
  let current = ''
  let room = 75
  for (const character of line) {
    if (bytesOf(current) + bytesOf(character) > room) {
      lines.push(current)
      current = ''
      // The blank before it counts.
      room = 74
    }
    current += character
  }
  return [...lines, current].join('\r\n ')
}
/** RFC 5545, section 3.3.11; what cannot be seen has no place in a calendar. */
const textOf = (text: string) =>
  text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r?\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ')
const timeOf = (at: number) => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

const eventLines = ({ uid, from, to, summary, description }: CalendarEvent, stamp: string) => [
  'BEGIN:VEVENT',
  `UID:${textOf(uid)}`,
  `DTSTAMP:${stamp}`,
  `DTSTART:${timeOf(from)}`,
  `DTEND:${timeOf(to)}`,
  `SUMMARY:${textOf(summary)}`,
  `DESCRIPTION:${textOf(description)}`,
  // Who is on call is not busy.
  'TRANSP:TRANSPARENT',
  'END:VEVENT',
]

/** Shifts as other programs read them (RFC 5545; name and refresh as in RFC 7986). */
export function icalendar({ name, timezone, changed_at, events }: Calendar): string {
  const stamp = timeOf(changed_at)
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Xinex//On call//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${textOf(name)}`,
    // As older programs know it.
    `X-WR-CALNAME:${textOf(name)}`,
    `X-WR-TIMEZONE:${textOf(timezone)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    'X-PUBLISHED-TTL:PT1H',
    ...events.flatMap((event) => eventLines(event, stamp)),
    'END:VCALENDAR',
  ]
  return `${lines.map(folded).join('\r\n')}\r\n`
}
