import { ApiError, api } from '@/api'
import { deviceOf } from '@/parts/device'
import { type Obstacle, obstacleIn } from './words'

/** A browser or phone of the person who is signed in. */
export type PushDevice = {
  id: string
  platform: 'ios' | 'android' | 'web'
  name: string
  fingerprint: string
  problem: string | null
  last_used_at: string | null
  created_at: string
}

const WORKER = '/push-worker.js'

/** What stands in the way here; nothing when it can be turned on. */
export function obstacle(): Obstacle | null {
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
  return obstacleIn({
    able,
    secure: window.isSecureContext,
    permission: 'Notification' in window ? Notification.permission : 'default',
    user_agent: navigator.userAgent,
    standalone: window.matchMedia('(display-mode: standalone)').matches,
    touch: navigator.maxTouchPoints > 1,
  })
}

const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const base64url = (bytes: ArrayBuffer) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

async function subscription(): Promise<PushSubscription | null> {
  if (obstacle() === 'insecure' || !('serviceWorker' in navigator)) return null
  const registration = await navigator.serviceWorker.getRegistration('/')
  return (await registration?.pushManager?.getSubscription()) ?? null
}

/** By what the server knows this browser, if it was ever turned on here. */
export async function ownFingerprint(): Promise<string | null> {
  const known = await subscription()
  return known ? hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(known.endpoint))) : null
}

const refused = (message: string) => new ApiError(0, 'PUSH', message)

/** The browser's part can fail in ways it alone knows: no push service, no connection to it, a private window. */
async function subscribed(registration: ServiceWorkerRegistration, applicationServerKey: string) {
  const old = await registration.pushManager.getSubscription()
  const key = old?.options.applicationServerKey
  // Made for another server, or for this one before it was set up anew: nothing would arrive.
  if (old && (!key || base64url(key) !== applicationServerKey)) await old.unsubscribe()
  try {
    return await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError')
      throw refused('This browser does not allow notifications here. Private windows often do not.')
    throw refused(
      'This browser could not reach its maker’s push service. Check its connection, and whether it has one.',
    )
  }
}

/** Asks for permission, subscribes, and tells the server. Called from a click: browsers want that. */
export async function turnOn(): Promise<PushDevice> {
  if ((await Notification.requestPermission()) !== 'granted')
    throw refused('Notifications were not allowed. Allow them in the browser’s settings for this page.')
  const { public_key } = await api.get<{ public_key: string }>('/push-key')
  await navigator.serviceWorker.register(WORKER, { scope: '/' })
  const registration = await navigator.serviceWorker.ready
  const made = await subscribed(registration, public_key)
  const name = deviceOf(navigator.userAgent)
  return api.post<PushDevice>('/push-tokens', { platform: 'web', name, subscription: made.toJSON() })
}

/** Nothing arrives here any more, whatever becomes of the row on the server. */
export async function turnOff(): Promise<void> {
  await (await subscription())?.unsubscribe()
}
