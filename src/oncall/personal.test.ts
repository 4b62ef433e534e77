import { expect, test } from 'bun:test'
import type { NotificationPrefs } from '#contract/oncall'
import type { Severity } from '#contract/statuses'
import { type Contact, personalPlan } from '#oncall/personal'
import { defaultPrefs } from '#oncall/prefs'

const NIGHT = Date.parse('2026-11-24T03:00:00Z')
const mail: Contact = {
  id: 'email',
  name: 'ana@example.com',
  type: 'email',
  kind: 'email',
  verified: true,
  failing: null,
}
const phone: Contact = { id: 'push:1', name: 'Phone', type: 'push', kind: 'push', verified: true, failing: null }
const tablet: Contact = { ...phone, id: 'push:2', name: 'Tablet' }
const chat: Contact = { id: 'c1', name: 'Telegram', type: 'telegram', kind: 'other', verified: true, failing: null }
const not = (contact: Contact): Contact => ({ ...contact, verified: false })
const broken = (contact: Contact): Contact => ({ ...contact, failing: 'the bot was blocked' })

function planned(contacts: Contact[], prefs: Partial<NotificationPrefs> = {}, severity: Severity = 'high') {
  const all = { ...defaultPrefs('UTC'), ...prefs }
  return personalPlan({ prefs: all, contacts, severity, now: NIGHT }).map(({ at, contact_id, skipped }) => {
    const way = `${contact_id} +${(Date.parse(at) - NIGHT) / 1_000}`
    return skipped === undefined ? way : `${way} (${skipped})`
  })
}
const quiet = { ...defaultPrefs('UTC').quiet_hours, enabled: true }

test.each<[string, Contact[], Partial<NotificationPrefs>, Severity, string[]]>([
  ['who has no rules hears every way at once', [mail, phone, chat], {}, 'high', ['email +0', 'push:1 +0', 'c1 +0']],
  [
    'rules say which way after how long',
    [mail, phone, chat],
    {
      rules: [
        { delay_s: 300, contact_id: 'email' },
        { delay_s: 0, contact_id: 'c1' },
      ],
    },
    'high',
    ['c1 +0', 'email +300'],
  ],
  [
    '“push” is every device',
    [mail, phone, tablet],
    { rules: [{ delay_s: 60, contact_id: 'push' }] },
    'high',
    ['push:1 +60', 'push:2 +60'],
  ],
  [
    'the same way may come again later',
    [mail],
    {
      rules: [
        { delay_s: 0, contact_id: 'email' },
        { delay_s: 300, contact_id: 'email' },
      ],
    },
    'high',
    ['email +0', 'email +300'],
  ],
  [
    'rules may be for some severities alone',
    [mail, phone],
    {
      rules: [
        { delay_s: 0, contact_id: 'push', severities: ['critical'] },
        { delay_s: 0, contact_id: 'email', severities: ['low'] },
      ],
    },
    'critical',
    ['push:1 +0'],
  ],
  [
    'who has none for this severity hears every way',
    [mail, phone],
    { rules: [{ delay_s: 600, contact_id: 'push', severities: ['low'] }] },
    'critical',
    ['email +0', 'push:1 +0'],
  ],
  [
    'a way that is not confirmed or does not work stays, with the reason',
    [mail, not(phone), broken(chat)],
    {},
    'high',
    ['email +0', 'push:1 +0 (it is not confirmed yet)', 'c1 +0 (the bot was blocked)'],
  ],
  [
    'when no way of the rules works, the mail of the account is tried at once',
    [mail, broken(chat)],
    { rules: [{ delay_s: 300, contact_id: 'c1' }] },
    'high',
    ['email +0', 'c1 +300 (the bot was blocked)'],
  ],
  [
    'and when that does not work either, whatever does',
    [not(mail), phone, broken(chat)],
    { rules: [{ delay_s: 300, contact_id: 'c1' }] },
    'high',
    ['push:1 +0', 'c1 +300 (the bot was blocked)'],
  ],
  [
    'rules about ways that are gone are no rules',
    [mail, phone],
    { rules: [{ delay_s: 300, contact_id: 'gone' }] },
    'high',
    ['email +0', 'push:1 +0'],
  ],
  ['who cannot be reached has a plan that says why', [not(mail)], {}, 'high', ['email +0 (it is not confirmed yet)']],
  ['quiet hours move a message to their end', [mail], { quiet_hours: quiet }, 'high', ['email +14400']],
  ['and do not hold what is critical', [mail], { quiet_hours: quiet }, 'critical', ['email +0']],
  [
    'what they move to the same moment is one message',
    [mail],
    {
      quiet_hours: quiet,
      rules: [
        { delay_s: 0, contact_id: 'email' },
        { delay_s: 600, contact_id: 'email' },
      ],
    },
    'high',
    ['email +14400'],
  ],
  [
    'what is due after them keeps its time',
    [mail],
    {
      quiet_hours: quiet,
      rules: [
        { delay_s: 0, contact_id: 'email' },
        { delay_s: 18_000, contact_id: 'email' },
      ],
    },
    'high',
    ['email +14400', 'email +18000'],
  ],
])('%s', (_, contacts, prefs, severity, expected) => {
  expect(planned(contacts, prefs, severity)).toEqual(expected)
})
