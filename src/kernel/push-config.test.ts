import { expect, test } from 'bun:test'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#kernel/config'

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const ec = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
const account = {
  type: 'service_account',
  project_id: 'acme',
  client_email: 'push@acme.iam.gserviceaccount.com',
  private_key: rsa,
  token_uri: 'https://oauth2.googleapis.com/token',
}
const file = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'xinex-')), 'key')
  writeFileSync(path, text)
  return path
}
const apple = { XINEX_APNS_KEY_ID: 'K1', XINEX_APNS_TEAM_ID: 'T1', XINEX_APNS_TOPIC: 'com.example.app' }

test('a service account is given as JSON, as a path, or as a file of a secret', () => {
  const json = JSON.stringify(account)
  const { type: _, ...wanted } = account
  const from = [
    { XINEX_FCM_SERVICE_ACCOUNT: json },
    { XINEX_FCM_SERVICE_ACCOUNT: file(json) },
    { XINEX_FCM_SERVICE_ACCOUNT_FILE: file(json) },
  ]
  for (const environment of from) expect(readConfig(environment).fcmServiceAccount).toEqual(wanted)
})

test('so is Apple’s key', () => {
  for (const XINEX_APNS_KEY of [ec, file(ec)])
    expect(readConfig({ XINEX_APNS_KEY, ...apple })).toMatchObject({
      ...{ apnsKey: ec.trim(), apnsKeyId: 'K1', apnsTeamId: 'T1', apnsTopic: 'com.example.app' },
      apnsHost: 'api.push.apple.com',
    })
})

test.each([
  ['XINEX_FCM_SERVICE_ACCOUNT', '/nowhere/key.json', 'names a file that cannot be read'],
  ['XINEX_FCM_SERVICE_ACCOUNT', '{"type":', 'is not the JSON of a service account'],
  ['XINEX_FCM_SERVICE_ACCOUNT', JSON.stringify({ ...account, type: 'authorized_user' }), 'is not the JSON'],
  ['XINEX_FCM_SERVICE_ACCOUNT', JSON.stringify({ ...account, project_id: 7 }), 'is not the JSON'],
  ['XINEX_FCM_SERVICE_ACCOUNT', JSON.stringify({ ...account, token_uri: 'file:///x' }), 'has no token_uri'],
  ['XINEX_FCM_SERVICE_ACCOUNT', JSON.stringify({ ...account, private_key: ec }), 'has no usable private_key'],
  ['XINEX_APNS_KEY', rsa, 'is not a private key as Apple gives it out'],
  ['XINEX_APNS_KEY', '/nowhere/key.p8', 'names a file that cannot be read'],
  ['XINEX_APNS_KEY', ec, 'belong together'],
  ['XINEX_APNS_TOPIC', 'com.example.app', 'belong together'],
  ['XINEX_APNS_TOPIC', 'a b', 'must have only letters'],
  ['XINEX_APNS_HOST', 'https://x', 'must be a host name'],
])('%s that is no good stops the start, and is named but not shown', (name, value, why) => {
  const attempt = () => readConfig({ [name]: value })
  expect(attempt).toThrow(name)
  expect(attempt).toThrow(why)
  expect(attempt).not.toThrow('PRIVATE KEY')
})
