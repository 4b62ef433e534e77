import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What of Google's JSON is needed to send to Android devices. */
export type ServiceAccount = { project_id: string; client_email: string; private_key: string; token_uri: string }

/** The text itself, or that of the file it names. */
function textOf(text: string, inside: RegExp): string {
  if (inside.test(text)) return text
  try {
    return readFileSync(text, 'utf8')
  } catch {
    throw new Error('names a file that cannot be read')
  }
}

function isPrivateKey(pem: unknown, type: 'rsa' | 'ec'): pem is string {
  try {
    return createPrivateKey(String(pem)).asymmetricKeyType === type
  } catch {
    return false
  }
}

function parsed(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    // Safe: an object's properties may be read as unknown, and each is judged before it is used.
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below, without the text.
  }
  throw new Error('is not the JSON of a service account')
}

/** The JSON of a Firebase service account, or the file it stands in. */
export function serviceAccount(text: string): ServiceAccount {
  const { type, project_id, client_email, private_key, token_uri } = parsed(textOf(text, /^\s*\{/))
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
  if (type !== 'service_account' || !isText(project_id) || !isText(client_email))
    throw new Error('is not the JSON of a service account')
  if (!isText(token_uri) || !/^https?:\/\//.test(token_uri) || !URL.canParse(token_uri))
    throw new Error('has no token_uri')
  if (!isPrivateKey(private_key, 'rsa')) throw new Error('has no usable private_key')
  return { project_id, client_email, private_key, token_uri }
}

/** The key that Apple gives out as a `.p8` file, or the file it stands in. */
export function appleKey(text: string): string {
  const pem = textOf(text, /-----BEGIN /).trim()
  if (!isPrivateKey(pem, 'ec')) throw new Error('is not a private key as Apple gives it out (.p8)')
  return pem
}
