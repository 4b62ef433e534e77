import { bars, duration, escaped as esc, walls } from './bars'
import type { Model } from './model'
import type { ComponentView, IncidentView, PublicStatus } from './schema'
import { sheets } from './style'

const letter: Record<PublicStatus, string> = {
  operational: 'u',
  degraded: 'd',
  partial_outage: 'x',
  major_outage: 'x',
  maintenance: 'm',
  unknown: 'n',
}
const word: Record<PublicStatus, string> = {
  operational: 'Operational',
  degraded: 'Degraded',
  partial_outage: 'Partial outage',
  major_outage: 'Outage',
  maintenance: 'Maintenance',
  unknown: 'No data',
}
const kindWord: Record<string, string> = {
  detected: 'Detected',
  created: 'Reported',
  acknowledged: 'Acknowledged',
  recovered: 'Recovered',
  resolved: 'Resolved',
}

const symbols = `<svg width="0" height="0" class="o" aria-hidden="true"><symbol id="u" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="currentColor"/><path d="m5.2 8.2 1.9 1.9 3.7-4" class="ck"/></symbol><symbol id="d" viewBox="0 0 16 16"><path d="M6.9 2.1a1.27 1.27 0 0 1 2.2 0l5.2 9.2a1.27 1.27 0 0 1-1.1 1.9H2.8a1.27 1.27 0 0 1-1.1-1.9z" fill="currentColor"/><path d="M8 5.6v3.2M8 10.9v.1" class="ck dk"/></symbol><symbol id="x" viewBox="0 0 16 16"><path d="M5.4 1.4h5.2l4 4v5.2l-4 4H5.4l-4-4V5.4z" fill="currentColor"/><path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" class="ck wh"/></symbol><symbol id="m" viewBox="0 0 16 16"><rect x="1.6" y="1.6" width="12.8" height="12.8" rx="3.4" fill="currentColor"/><path d="M6.2 5.2v5.6M9.8 5.2v5.6" class="ck wh"/></symbol><symbol id="n" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.5" fill="currentColor"/><path d="M5.4 8h5.2" class="ck"/></symbol>${walls}</svg>`
const logo =
  '<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="7" fill="var(--fg)"/><path d="M5 15.4h4.4L12 8l4.6 12 2.4-7 1.2 2.4H23" fill="none" stroke="var(--sf)" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>'

const icon = (of: string, size = 18) =>
  `<svg class="g ${of}" width="${size}" height="${size}" aria-hidden="true"><use href="#${of}"/></svg>`
const fills: Record<string, string> = { u: '3fbb8b', d: 'f5a623', x: 'cb1420', m: '0f62c0', n: '868b93' }
const favicon = (of: string) =>
  `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${fills[of]}'/%3E%3C/svg%3E`

function headline({ page }: Model): { title: string; text: string } {
  const all = page.groups.flatMap(({ components }) => components)
  const out = all.filter(({ status }) => status === 'partial_outage' || status === 'major_outage')
  const odd = all.filter(({ status }) => status === page.status)
  const one = (list: ComponentView[], many: string, rest: string) =>
    list.length === 1 ? `${list[0]?.name} ${rest}` : many
  const fine = all.filter(({ status }) => status === 'operational').length
  const others = fine > 0 ? `${fine} of ${all.length} components operational.` : ''
  switch (page.status) {
    case 'operational':
      return { title: 'All systems operational', text: '' }
    case 'degraded':
      return { title: one(odd, 'Some systems are slower than usual', 'is slower than usual'), text: others }
    case 'partial_outage':
      return { title: one(out, 'Some systems are having problems', 'is having problems'), text: others }
    case 'major_outage':
      return { title: one(out, 'All systems are having problems', 'is not working'), text: others }
    case 'maintenance':
      return { title: one(odd, 'Maintenance is under way', 'is under maintenance'), text: others }
    case 'unknown':
      return { title: 'No data yet', text: 'As soon as the first checks are in, they appear here.' }
  }
}

/** Instants as the page's readers know them, zone named. */
function clockOf(timezone: string) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  return (iso: string) => `<time datetime="${iso}">${esc(format.format(Date.parse(iso)))}</time>`
}
type Clock = ReturnType<typeof clockOf>

const component = (one: ComponentView) => {
  const of = letter[one.status]
  const time = one.response_time_ms === null ? '' : `<span class="st nt">${one.response_time_ms} ms</span>`
  const about = one.description ? `<p class="q">${esc(one.description)}</p>` : ''
  return `<li><div class="r">${icon(of)}<h3>${esc(one.name)}</h3>${time}<span class="st ${of}t">${word[one.status]}</span></div>${about}${bars(one)}</li>`
}

const group = ({ name, components }: Model['page']['groups'][number], i: number) =>
  `<section aria-labelledby="g${i}"><h2 id="g${i}">${esc(name ?? 'Components')}</h2><ul class="card cs">${components.map(component).join('')}</ul></section>`

function active({ title, components, opened_at, updates }: IncidentView, at: Clock): string {
  const step = ({ kind, at: when, message }: IncidentView['updates'][number]) =>
    `<li><b>${kindWord[kind] ?? ''}</b>${at(when)}<p>${message}</p></li>`
  return `<article class="card inc"><h3>${esc(title)}</h3><p class="q">Affects ${esc(components.join(', '))}. Started ${at(opened_at)}.</p><ol>${updates.toReversed().map(step).join('')}</ol></article>`
}

function past({ title, opened_at, resolved_at, components }: IncidentView, at: Clock): string {
  const took = resolved_at ? duration((Date.parse(resolved_at) - Date.parse(opened_at)) / 1000) : ''
  return `<article><h3>${esc(title)}</h3><p class="q">${at(opened_at)}, lasted ${took}. Affected ${esc(components.join(', '))}.</p></article>`
}

const section = (id: string, title: string, body: string) =>
  `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`

function frame(
  theme: Model['theme'],
  { title, of, description = '' }: { title: string; of: string; description?: string },
  body: string,
) {
  const about = description ? `<meta name="description" content="${esc(description)}">` : ''
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}"><title>${esc(title)}</title>${about}<link rel="icon" href="${favicon(of)}"><style>${sheets[theme].css}</style></head><body>${body}</body></html>`
}

/** The whole page as one string: no script, no font, no second request. Everything people wrote is escaped. */
export function render(model: Model): string {
  const { page, incidents, theme, timezone } = model
  const at = clockOf(timezone)
  const of = letter[page.status]
  const { title, text } = headline(model)
  const resolved = incidents.filter(({ status }) => status === 'resolved')
  const now = page.incidents.map((one) => active(one, at)).join('')
  const before =
    resolved.map((one) => past(one, at)).join('') || '<p class="none">No incidents in the last 14 days.</p>'
  const about = page.description ? `<p class="about">${esc(page.description)}</p>` : ''
  const empty =
    page.groups.length === 0 ? '<section><p class="card none">This page has no components yet.</p></section>' : ''
  return frame(
    theme,
    { title: `${page.title}: ${title}`, of, description: page.description ?? `Live and past status of ${page.title}.` },
    `${symbols}<a class="skip" href="#main">Skip to status</a><header><div class="in"><a class="lg" href="/s/${page.slug}">${logo}${esc(page.title)}</a>${about}</div></header>` +
      `<main id="main" class="in"><section class="hero h${of}">${icon(of, 30)}<div><h1>${esc(title)}</h1>${text ? `<p>${esc(text)}</p>` : ''}</div></section>` +
      `${now ? section('now', 'Happening now', now) : ''}${page.groups.map(group).join('')}${empty}${section('past', 'Past incidents', `<div class="card past">${before}</div>`)}</main>` +
      `<footer><div class="in"><p>Last change ${at(page.updated_at)}. Times are in ${esc(timezone)}.</p><p><a href="/api/v1/public/status-pages/${page.slug}">JSON</a></p></div></footer>`,
  )
}

/** For addresses without a page; the same whether it never existed or is for members only. */
export const lost = frame(
  'auto',
  { title: 'No such status page', of: 'n' },
  '<main class="in lost"><h1>There is no status page here</h1><p>Check the address. If the page is for members only, sign in first.</p></main>',
)
