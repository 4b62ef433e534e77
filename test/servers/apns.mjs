// Apple's push service as its documentation describes it, as far as a sender sees it. In Node: Bun's HTTP/2 is the side
// that is tested. Configuration comes in the environment; each request goes out as one line of JSON.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
import { createSecureServer } from 'node:http2'
import { createInterface } from 'node:readline'
import { importJWK, jwtVerify } from 'jose'

const { cert, key, jwk, key_id, team_id, topic } = JSON.parse(process.env.APNS ?? '{}')
const verifier = await importJWK(jwk, 'ES256')
const HOUR_S = 3_600
let connections = 0
/** Tokens that Apple's clock finds too old, though they are fresh. */
const expired = new Set()

/** Why Apple would refuse this token; nothing when it would not. */
async function tokenFault(authorization = '', device = '') {
  const token = /^bearer (.+)$/.exec(authorization)?.[1] ?? ''
  try {
    const { protectedHeader, payload } = await jwtVerify(token, verifier, { algorithms: ['ES256'], issuer: team_id })
    if (protectedHeader.kid !== key_id || typeof payload.iat !== 'number') return 'InvalidProviderToken'
    if (device === 'late' && expired.size === 0) expired.add(token)
    return expired.has(token) ? 'ExpiredProviderToken' : undefined
  } catch {
    return token ? 'InvalidProviderToken' : 'MissingProviderToken'
  }
}

const NUMBER = /^\d+$/
function headerFault(headers) {
  if (headers['apns-topic'] !== topic) return [400, headers['apns-topic'] ? 'TopicDisallowed' : 'MissingTopic']
  if (headers['apns-push-type'] !== 'alert') return [400, 'InvalidPushType']
  if (!['1', '5', '10'].includes(headers['apns-priority'] ?? '10')) return [400, 'BadPriority']
  if (!NUMBER.test(headers['apns-expiration'] ?? '0')) return [400, 'BadExpirationDate']
  if (Buffer.byteLength(headers['apns-collapse-id'] ?? '') > 64) return [400, 'BadCollapseId']
  return undefined
}

const byDevice = {
  gone: [410, 'Unregistered'],
  bad: [400, 'BadDeviceToken'],
  other: [400, 'DeviceTokenNotForTopic'],
  busy: [429, 'TooManyRequests'],
  broken: [500, 'InternalServerError'],
  shutdown: [503, 'Shutdown'],
  echo: [400, undefined],
}

async function judge(headers, device, body) {
  const wrong = await tokenFault(headers.authorization, device)
  if (wrong) return [403, wrong]
  const fault = headerFault(headers)
  if (fault) return fault
  if (Buffer.byteLength(body) > 4_096) return [413, 'PayloadTooLarge']
  try {
    if (typeof JSON.parse(body).aps?.alert?.title !== 'string') return [400, 'PayloadEmpty']
  } catch {
    return [400, 'PayloadEmpty']
  }
  return byDevice[device] ?? [200]
}

const server = createSecureServer({ cert, key, settings: { maxConcurrentStreams: 10 } })
server.on('session', () => {
  connections++
})
server.on('stream', async (stream, headers) => {
  stream.on('error', () => {})
  const device = decodeURIComponent(/^\/3\/device\/([^/]+)$/.exec(headers[':path'] ?? '')?.[1] ?? '')
  let body = ''
  for await (const chunk of stream) body += chunk
  const [status, reason] = await judge(headers, device, body)
  const { authorization, ...others } = headers
  console.log(JSON.stringify({ device, headers: others, token: authorization, body, status, connections }))
  if (device === 'silent') return
  if (device === 'cut') return stream.session?.destroy()
  if (device === 'goaway') stream.session?.goaway()
  stream.respond({ ':status': status, 'apns-id': '0F3A' })
  if (device === 'echo') return stream.end(JSON.stringify({ reason: `${authorization} ${headers[':path']}` }))
  stream.end(reason === undefined ? '' : JSON.stringify({ reason, ...(status === 410 && { timestamp: HOUR_S }) }))
})
// Whoever waits for a line of its own has read what was said before it.
createInterface({ input: process.stdin }).on('line', (mark) => console.log(JSON.stringify({ mark })))
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))
