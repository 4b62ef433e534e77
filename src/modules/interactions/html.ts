import { createHash } from 'node:crypto'
import { escapeHtml as esc } from '#channels/text'
import { duration, moment } from '#kernel/words'
import type { Asked, Outcome } from './act'

const light = '--bg:#f9fafb;--sf:#fff;--ln:#e7e9ec;--fg:#181b21;--mu:#50545c;--on:#fff'
const dark = '--bg:#0d0e11;--sf:#141519;--ln:#26282d;--fg:#eff0f2;--mu:#abafb6;--on:#0d0e11'
const css = `:root{${light};color-scheme:light dark}@media(prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box;margin:0}
body{background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:520px;margin:0 auto;padding:32px 16px 48px}
.lg{display:flex;align-items:center;gap:10px;font-weight:650;margin-bottom:24px}
.card{background:var(--sf);border:1px solid var(--ln);border-radius:14px;padding:22px 20px}
h1{font-size:22px;line-height:1.3;font-weight:650;text-wrap:balance}
p{margin-top:8px;color:var(--mu)}.m{white-space:pre-line;color:var(--fg)}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin-top:18px}dt{color:var(--mu)}
button{font:inherit;font-weight:600;width:100%;min-height:48px;margin-top:22px;border:0;border-radius:10px;background:var(--fg);color:var(--on);cursor:pointer}
a{color:inherit;text-underline-offset:3px}.to{margin-top:20px;text-align:center}
:focus-visible{outline:2px solid var(--fg);outline-offset:3px;border-radius:6px}
@media(forced-colors:active){button{border:1px solid}}`.replaceAll('\n', '')

const hash = createHash('sha256').update(css).digest('base64')

/** Kept by nobody, found by no search engine, and told to no other page: the address is a key. */
export const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow, noarchive',
}

const logo =
  '<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="7" fill="var(--fg)"/><path d="M5 15.4h4.4L12 8l4.6 12 2.4-7 1.2 2.4H23" fill="none" stroke="var(--sf)" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>'

const frame = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer"><title>${esc(title)}</title><link rel="icon" href="data:,"><style>${css}</style></head><body><main><div class="lg">${logo}Xinex</div>${body}</main></body></html>`

const words = {
  acknowledge: {
    ask: 'Acknowledge this incident?',
    button: 'Acknowledge',
    means: 'You tell the others that you are on it: nobody else is called.',
  },
  resolve: { ask: 'Resolve this incident?', button: 'Resolve', means: 'You tell the others that it is over.' },
}

const row = (name: string, value: string | null | undefined) => (value ? `<dt>${name}</dt><dd>${esc(value)}</dd>` : '')

/** What it is about: the same that the message said, as it stands now. */
function facts({ incident, tenant, actor }: Asked, now: number): string {
  const { status, severity, opened_at, message, monitor_name, heartbeat_name, acknowledged_by, resolved_by } = incident
  const since = `${moment(opened_at)}, ${duration((now - Date.parse(opened_at)) / 1_000)} ago`
  return `${message ? `<p class="m">${esc(message)}</p>` : ''}<dl>${[
    row('Workspace', tenant.name),
    row('About', monitor_name ?? heartbeat_name),
    row('Severity', severity),
    row('Status', status),
    row('Since', since),
    row('Acknowledged', acknowledged_by && `by ${acknowledged_by}`),
    row('Resolved', resolved_by && `by ${resolved_by}`),
    row('You are', actor.label),
  ].join('')}</dl>`
}

const toIncident = ({ incident }: Asked, base: string) =>
  `<p class="to"><a href="${esc(base)}/incidents/${incident.id}" rel="noreferrer">Open the incident</a></p>`

/** Asks; nothing has happened yet. The form posts to the address of the page, which holds all that is needed. */
export function question(asked: Asked, base: string, now: number): string {
  const { ask, button, means } = words[asked.action]
  return frame(
    ask,
    `<section class="card"><p>${ask}</p><h1>${esc(asked.incident.title)}</h1>${facts(asked, now)}<form method="post"><button type="submit">${button}</button></form><p>${means}</p></section>${toIncident(asked, base)}`,
  )
}

const heads: Record<Outcome, (asked: Asked) => string> = {
  done: ({ action }) => (action === 'resolve' ? 'Resolved' : 'Acknowledged'),
  already: ({ action }) => (action === 'resolve' ? 'It was already resolved' : 'Somebody is on it already'),
  over: () => 'It is over already',
  forbidden: () => 'Your role lets you look, not answer',
}

/** How it stands; there is nothing to press any more. */
export function result(outcome: Outcome, asked: Asked, base: string, now: number): string {
  const head = heads[outcome](asked)
  return frame(
    head,
    `<section class="card"><h1>${head}</h1><p class="m">${esc(asked.incident.title)}</p>${facts(asked, now)}</section>${toIncident(asked, base)}`,
  )
}

/** The same whatever is wrong with the address. */
export const lost = frame(
  'This link does not work any more',
  '<section class="card"><h1>This link does not work any more</h1><p>It is too old, is not complete, or belongs to something that was deleted. Sign in to see what is going on.</p></section>',
)
export const tooMany = frame(
  'Too many links that do not work',
  '<section class="card"><h1>Too many links that do not work</h1><p>From your address came several links that do not exist. Wait a minute and try again.</p></section>',
)
