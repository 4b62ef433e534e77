// Shows what the server sends to this browser, also while no page is open. It keeps nothing and answers no request: the
// pages always come from the server. What arrives is described in docs/push.md.

const ICON = '/icon-192.png'

self.addEventListener('install', () => self.skipWaiting())

/** A message as it was sent; one that cannot be read is shown all the same, for browsers insist on a notification. */
function messageOf(data) {
  try {
    const message = data.json()
    if (typeof message.title === 'string' && message.title) return message
  } catch {
    // Said below.
  }
  return { title: 'Xinex has news', body: 'Open Xinex to see what happened.', url: '/', tag: 'xinex', actions: [] }
}

function show({ title, body, url, tag, kind, urgent, at, actions = [] }) {
  return self.registration.showNotification(title, {
    body,
    tag,
    icon: ICON,
    badge: ICON,
    timestamp: Date.parse(at) || undefined,
    // News about the same thing take the place of the older; only an alarm sounds again.
    renotify: kind === 'down',
    requireInteraction: kind === 'down' && urgent === true,
    actions: actions.map(({ action, title }) => ({ action, title })),
    data: { title, url, tag, actions },
  })
}

const note = (tag, title, body, data) =>
  self.registration.showNotification(title, { body, tag, icon: ICON, badge: ICON, silent: true, data })

/** Where a link leads; what is no link leads to the start page. */
function addressOf(url) {
  try {
    const address = new URL(url, self.location.origin)
    if (/^https?:$/.test(address.protocol)) return address
  } catch {
    // Said below.
  }
  return new URL('/', self.location.origin)
}

/** Where it is open already, else in a new page: one that is open may hold what somebody has not saved. */
async function open(url) {
  const { href } = addressOf(url)
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const page = pages.find((one) => one.url === href)
  return page ? page.focus() : self.clients.openWindow(href)
}

/** What came of it, in words; `outcome` as the server calls it. */
function resultOf(outcome, name) {
  const done = name === 'resolve' ? 'Resolved' : 'Acknowledged'
  if (outcome === 'over') return 'Over already'
  return outcome === 'already' ? `Already ${done.toLowerCase()}` : done
}

/**
 * One tap does it: the address is signed, so nobody has to be signed in. Where that address is another one than this
 * worker's, its answer could not be read; then its page is opened, which asks.
 */
async function act({ title, url, tag, actions }, name) {
  const chosen = actions.find(({ action }) => action === name)
  if (!chosen) return open(url)
  const address = addressOf(chosen.url)
  if (address.origin !== self.location.origin) return open(address.href)
  try {
    const answer = await fetch(address, { method: 'POST', credentials: 'omit', headers: { accept: 'application/json' } })
    const said = (await answer.json().catch(() => null)) ?? {}
    const words = answer.ok ? resultOf(said.outcome, name) : `Not done: ${chosen.title}`
    return note(tag, words, String((answer.ok ? said.message : said.error) ?? title), { url, tag, actions: [] })
  } catch {
    const again = { title, url, tag, actions }
    return self.registration.showNotification(`Not done yet: ${chosen.title}`, {
      ...{ body: `The server could not be reached: ${title}`, tag, icon: ICON, badge: ICON, requireInteraction: true },
      ...{ actions: actions.map(({ action, title }) => ({ action, title })), data: again },
    })
  }
}

self.addEventListener('push', (event) => event.waitUntil(show(messageOf(event.data))))

self.addEventListener('notificationclick', (event) => {
  const { notification, action } = event
  notification.close()
  const data = { title: notification.title, url: '/', actions: [], ...notification.data, tag: notification.tag }
  event.waitUntil(action ? act(data, action) : open(data.url))
})

/** The browser got another address from its push service: the server is told as long as somebody is signed in here. */
async function renew(old) {
  const applicationServerKey = old?.options?.applicationServerKey
  if (!applicationServerKey) return
  const fresh = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
  const me = await (await fetch('/api/v1/me')).json()
  await fetch('/api/v1/push-tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': String(me.csrf_token) },
    body: JSON.stringify({ platform: 'web', subscription: fresh.toJSON() }),
  })
}
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(event.newSubscription ? undefined : renew(event.oldSubscription))
})
