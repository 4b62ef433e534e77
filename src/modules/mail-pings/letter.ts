import { PING_BODY_LIMIT } from '#contract/heartbeats'
import type { Said } from '#heartbeats/meaning'

/** What a mail says: for the rules of a heartbeat, for people, and as one line. */
export type Letter = { said: Said; body: Uint8Array; body_bytes: number; subject: string }

/** Of longer HTML only the tags are taken away. */
const MOST_HTML_CHARS = 300_000
const MOST_SUBJECT_CHARS = 300
/** What would break a log line or another mail. */
const UNREADABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
/** The words of a page in linear time: `[^<>]` ends at the next tag, however many are never closed. */
const wordsOf = (html: string) =>
  html
    .replace(/<(br|\/p|\/div|\/tr|\/li|\/h[1-6])\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) =>
      name.startsWith('#') ? signOf(Number(name.slice(1)), whole) : (entities[name.toLowerCase()] ?? whole),
    )
const signOf = (code: number, whole: string) => (code > 31 && code < 0x110000 ? String.fromCodePoint(code) : whole)

/** The beginning of a text in bytes, without half a character at its end. */
function cut(text: string): { body: Uint8Array; body_bytes: number } {
  const bytes = Buffer.from(text.toWellFormed())
  let end = Math.min(bytes.length, PING_BODY_LIMIT)
  while (end < bytes.length && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return { body: new Uint8Array(bytes.subarray(0, end)), body_bytes: bytes.length }
}

const line = (name: string, value: string | undefined) => (value ? [`${name}: ${value.replace(UNREADABLE, ' ')}`] : [])
const addressesOf = (given: { text: string } | { text: string }[] | undefined) =>
  [given ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ')

/**
 * A mail as text: its main header lines, its words, and the names of what is attached. Rules look at the plain text and at
 * the words of the HTML, as at Healthchecks. What cannot be taken apart is kept as it came.
 */
export async function letterOf(raw: Buffer): Promise<Letter> {
  // Read when the first mail arrives: most appliances never take in any.
  const { simpleParser } = await import('mailparser')
  const options = { skipTextToHtml: true, skipImageLinks: true, maxHtmlLengthToParse: MOST_HTML_CHARS }
  const mail = await simpleParser(raw, options).catch(() => undefined)
  if (!mail) {
    const text = raw.toString('utf8')
    return { said: { subject: '', body: text }, ...cut(text), subject: '' }
  }
  const words = mail.html ? wordsOf(mail.html) : ''
  const text = mail.text?.trim() || words.trim()
  const subject = mail.subject ?? ''
  const head = [
    ...line('From', addressesOf(mail.from)),
    ...line('To', addressesOf(mail.to)),
    ...line('Date', mail.date && !Number.isNaN(mail.date.getTime()) ? mail.date.toISOString() : undefined),
    ...line('Subject', subject),
    ...mail.attachments.flatMap(({ filename = 'unnamed', size }) => line('Attachment', `${filename} (${size} bytes)`)),
  ]
  return {
    said: { subject, body: `${mail.text ?? ''}\n${words}` },
    ...cut(`${head.join('\n')}\n\n${text}\n`),
    subject: subject.toWellFormed().replace(UNREADABLE, ' ').trim().slice(0, MOST_SUBJECT_CHARS),
  }
}
