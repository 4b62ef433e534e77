import { escapeHtml, fit, oneLine } from '#channels/text'
import type { Letter } from './service'

/** What a letter says; `button` leads to this appliance. */
export type Words = { subject: string; lines: string[]; button?: { label: string; url: string } }

const NAME = 120
const AGENT = 160

/** `2026-05-01T12:00:00.000Z` as people read it; the reader's own zone is not known to every letter. */
const moment = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
/** Somebody else's words inside ours: one line, not endless. */
const said = (text: string, limit = NAME) => fit(oneLine(text), limit)

const wording: { [K in Letter['kind']]: (letter: Extract<Letter, { kind: K }>) => Words } = {
  verify_email: ({ name, url }) => ({
    subject: 'Confirm your e-mail address',
    lines: [
      `Hello ${said(name)},`,
      'this address was given for an account of Xinex. Please confirm that it is yours; the link is good for 24 hours.',
      'If it was not you, do nothing: an address that nobody confirms opens nothing.',
    ],
    button: { label: 'Confirm this address', url },
  }),
  reset_password: ({ name, url }) => ({
    subject: 'Choose a new password',
    lines: [
      `Hello ${said(name)},`,
      'somebody asked for a new password for your account. The link is good for one hour and works once.',
      'If it was not you, do nothing: your password stays as it is.',
    ],
    button: { label: 'Choose a new password', url },
  }),
  password_changed: ({ name, at }) => ({
    subject: 'Your password was changed',
    lines: [
      `Hello ${said(name)},`,
      `the password of your account was changed on ${moment(at)}, and you were signed out everywhere else.`,
      'If it was not you, ask for a new password on the sign-in page at once, and tell whoever runs this Xinex.',
    ],
  }),
  email_changed: ({ name, new_email, at }) => ({
    subject: 'The e-mail address of your account was changed',
    lines: [
      `Hello ${said(name)},`,
      `since ${moment(at)} your account belongs to the address ${said(new_email, 254)}. This is the last mail to the old one.`,
      'If it was not you, tell whoever runs this Xinex at once.',
    ],
  }),
  new_device: ({ name, at, address, user_agent, url }) => ({
    subject: 'A new sign-in to your account',
    lines: [
      `Hello ${said(name)},`,
      `somebody signed in to your account from a browser that was not used before.`,
      `When: ${moment(at)}`,
      `Address: ${said(address)}`,
      `Browser: ${user_agent ? said(user_agent, AGENT) : 'not stated'}`,
      'If it was not you, end that session and choose a new password.',
    ],
    button: { label: 'Look at your sessions', url },
  }),
  invitation: ({ inviter, tenant, role, url, expires_at }) => ({
    subject: `${said(inviter)} invites you to ${said(tenant)}`,
    lines: [
      'Hello,',
      `${said(inviter)} invites you to work in “${said(tenant)}” on Xinex as ${said(role)}.`,
      `The invitation is good until ${moment(expires_at)}. If you did not expect it, do nothing.`,
    ],
    button: { label: 'Accept the invitation', url },
  }),
  second_factor_changed: ({ name, what, at }) => ({
    subject: 'How you sign in was changed',
    lines: [
      `Hello ${said(name)},`,
      `on ${moment(at)} this changed in your account: ${said(what, 300)}`,
      'If it was not you, choose a new password at once, and tell whoever runs this Xinex.',
    ],
  }),
  account_deletion: ({ name, deletes_at, url }) => ({
    subject: 'Your account will be deleted',
    lines: [
      `Hello ${said(name)},`,
      `your account, and all that only you have, will be deleted on ${moment(deletes_at)}.`,
      'Until then you can sign in and keep it.',
    ],
    button: { label: 'Keep my account', url },
  }),
  tenant_deletion: ({ name, tenant, deletes_at, url }) => ({
    subject: `The workspace ${said(tenant)} will be deleted`,
    lines: [
      `Hello ${said(name)},`,
      `the workspace “${said(tenant)}”, with all that is in it, will be deleted on ${moment(deletes_at)}.`,
      'Until then an owner can keep it.',
    ],
    button: { label: 'Open the workspace', url },
  }),
}

// Safe: the table has one entry for each kind, which takes exactly the letters of that kind.
export const wordsOf = (letter: Letter): Words => (wording[letter.kind] as (letter: Letter) => Words)(letter)

const STYLE = {
  page: 'margin:0;padding:24px;background:#f6f7f9;font:15px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif;color:#111827',
  card: 'max-width:560px;margin:0 auto;background:#ffffff;border-top:4px solid #2563eb;border-radius:8px;padding:24px',
  title: 'font-size:18px;line-height:1.35;margin:0 0 12px',
  line: 'margin:0 0 12px',
  button:
    'background:#111827;color:#ffffff;padding:10px 16px;border-radius:6px;text-decoration:none;display:inline-block',
  small: 'margin:16px 0 0;font-size:13px;color:#6b7280;word-break:break-all',
}

/** Inline styles, one column, nothing that a mail program would have to fetch. */
export function htmlOf({ subject, lines, button }: Words): string {
  const link = button && escapeHtml(button.url)
  const action = button
    ? `<p style="margin:24px 0"><a href="${link}" style="${STYLE.button}">${escapeHtml(button.label)}</a></p>
<p style="${STYLE.small}">Or copy this address into your browser: ${link}</p>`
    : ''
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>
<body style="${STYLE.page}">
<div style="${STYLE.card}">
<h1 style="${STYLE.title}">${escapeHtml(subject)}</h1>
${lines.map((line) => `<p style="${STYLE.line}">${escapeHtml(line)}</p>`).join('\n')}
${action}
</div></body></html>`
}

export const textOf = ({ lines, button }: Words): string =>
  [...lines, ...(button ? [`${button.label}:\n${button.url}`] : []), '-- \nXinex'].join('\n\n')
