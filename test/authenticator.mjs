// Security keys with real signatures, for the tests of passkeys. In Node: the emulator cannot read its CBOR in Bun.
// One JSON message a line comes in, one answer a line goes out, in the same order.
import { createInterface } from 'node:readline'
import emulator from 'nid-webauthn-emulator'

const { WebAuthnEmulator, AuthenticatorEmulator, PasskeysCredentialsMemoryRepository } = emulator
const keys = new Map()

function keyOf(name, userVerified) {
  const found = keys.get(name)
  if (found) return found
  const store = new PasskeysCredentialsMemoryRepository()
  const consent = (user) => ({ user, options: { uv: userVerified, up: true } })
  const made = { store, saved: new Map() }
  made.client = new WebAuthnEmulator(
    new AuthenticatorEmulator({
      credentialsRepository: store,
      verifications: { userPresent: true, userVerified },
      userMakeCredentialInteraction: consent,
      userGetAssertionInteraction: consent,
    }),
  )
  keys.set(name, made)
  return made
}

function answer({ act, name, verified, origin, options }) {
  const key = keyOf(name, verified)
  if (act === 'create') return key.client.createJSON(origin, options)
  if (act === 'get') return key.client.getJSON(origin, options)
  // A copy of the key, with the counter it has now; and the copy in place of the key.
  if (act === 'copy') key.saved = new Map(key.store.credentials)
  if (act === 'use_copy') key.store.credentials = new Map(key.saved)
  return {}
}

for await (const line of createInterface({ input: process.stdin })) {
  let said
  try {
    said = { answer: answer(JSON.parse(line)) }
  } catch (error) {
    said = { error: `${error.name}: ${error.message}` }
  }
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
