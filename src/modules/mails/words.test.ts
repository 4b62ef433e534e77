import { describe, expect, test } from 'bun:test'
import type { Letter } from './service'
import { htmlOf, textOf, wordsOf } from './words'

const at = '2026-05-01T12:34:56.000Z'
const evil = 'Eve"><img src=http://evil.example/x>\r\nBcc: all@example.test'
const url = 'https://up.example.test/x?token=a&b=<c>'
const letters: Letter[] = [
  { kind: 'verify_email', name: evil, url },
  { kind: 'reset_password', name: evil, url },
  { kind: 'password_changed', name: evil, at },
  { kind: 'email_changed', name: evil, new_email: evil, at },
  { kind: 'new_device', name: evil, at, address: '10.0.0.1', user_agent: evil, url },
  { kind: 'invitation', inviter: evil, tenant: evil, role: 'member', url, expires_at: at },
  { kind: 'second_factor_changed', name: evil, what: evil, at },
  { kind: 'account_deletion', name: evil, deletes_at: at, url },
  { kind: 'tenant_deletion', name: evil, tenant: evil, deletes_at: at, url },
]

describe('a letter', () => {
  test.each(letters.map((letter) => [letter.kind, letter] as const))('about %s is whole and safe', (_, letter) => {
    const words = wordsOf(letter)
    const [text, html] = [textOf(words), htmlOf(words)]
    expect(words.subject).not.toMatch(/[\r\n]/)
    expect(words.subject.length).toBeLessThan(400)
    // Nothing that the mail program would fetch, and nobody else's markup.
    expect(html).not.toMatch(/<(img|link|script|iframe|style|form)|src=(?!http:\/\/evil)|url\(/i)
    expect(html.match(/<a /g)?.length ?? 0).toBe('url' in letter ? 1 : 0)
    if ('url' in letter) {
      expect(text).toContain(url)
      expect(html).toContain('href="https://up.example.test/x?token=a&amp;b=&lt;c&gt;"')
    }
    expect(`${text}${html}`).not.toMatch(/undefined|null|\[object/)
    if ('at' in letter) expect(text).toContain('2026-05-01 12:34 UTC')
  })

  test('cuts names that have no end', () => {
    const { subject, lines } = wordsOf({
      ...{ kind: 'invitation', role: 'member', url, expires_at: at },
      ...{ inviter: 'x'.repeat(5_000), tenant: 'y'.repeat(5_000) },
    })
    expect(subject.length).toBeLessThan(300)
    expect(lines.join().length).toBeLessThan(800)
  })
})
