import { AppError, fail } from '#kernel/fail'

/** Largest request body that the API reads. */
export const MAX_BODY_BYTES = 1_048_576
/** Of the few routes that take a thousand things at once. */
export const MAX_BULKY_BODY_BYTES = 4_194_304
/** Somebody unknown has little to say, and a thousand of them must not fill the memory. */
export const MAX_STRANGERS_BODY_BYTES = 65_536

async function bytesOf(request: Request, limit_bytes: number): Promise<Uint8Array> {
  const tooLarge = () => fail('PAYLOAD_TOO_LARGE', { details: { limit_bytes } })
  if (Number(request.headers.get('content-length') ?? 0) > limit_bytes) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    // Without a declared length (chunked), the limit holds while reading, not after.
    for await (const chunk of request.body ?? []) {
      size += chunk.length
      if (size > limit_bytes) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    // A client that goes away while it sends is no fault of ours to log.
    throw error instanceof AppError ? error : fail('BAD_REQUEST', { message: 'The request body ended early' })
  }
  return Buffer.concat(chunks)
}

/** The beginning of a body, as the bytes that came, and how long the whole was; more than MAX_BODY_BYTES is refused. */
export async function readStart(request: Request, most: number): Promise<{ body: Uint8Array; body_bytes: number }> {
  if (!request.body) return { body: new Uint8Array(), body_bytes: 0 }
  const bytes = await bytesOf(request, MAX_BODY_BYTES)
  return { body: bytes.length > most ? bytes.slice(0, most) : bytes, body_bytes: bytes.length }
}

/** Deeper than any body of ours; what walks it recursively must not run out of stack, or of time. */
const MAX_DEPTH = 32

/** Whether lists and objects lie in each other deeper than allowed, found without parsing. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (inString) {
      if (char === BACKSLASH) i++
      else if (char === QUOTE) inString = false
    } else if (char === QUOTE) inString = true
    else if (char === OPEN_LIST || char === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) return true
    } else if (char === CLOSE_LIST || char === CLOSE_OBJECT) depth--
  }
  return false
}
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/**
 * JSON can escape half of a surrogate pair, which is no text: it cannot be stored or sent on
 * (https://www.rfc-editor.org/rfc/rfc7493#section-2.1). Serializing writes whole pairs as they are, halves as escapes.
 */
const hasHalfCharacters = (text: string, json: unknown) =>
  /\\ud[89a-f]/i.test(text) && /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(json))

/** A SAML answer with many groups in it, encoded twice. */
const MAX_FORM_BYTES = 524_288

/** Whether the body says that it is a form. */
export const isForm = (request: Request) =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers.get('content-type') ?? '')

/** The body as a form (`application/x-www-form-urlencoded`); empty when it is something else or nothing. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const bytes = await bytesOf(request, MAX_FORM_BYTES)
  return new URLSearchParams(isForm(request) ? new TextDecoder().decode(bytes) : '')
}

/** The body as text and as JSON; refuses what is too large or deep, not UTF-8, not declared as JSON, or not JSON. */
export async function readJson(request: Request, limit_bytes: number): Promise<{ text: string; json: unknown }> {
  const bytes = await bytesOf(request, limit_bytes)
  if (bytes.length === 0) return { text: '', json: undefined }
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type))
    throw fail('BAD_REQUEST', { message: 'Send the body as application/json' })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw fail('BAD_REQUEST', { message: 'The request body is not valid UTF-8' })
  }
  if (isTooDeep(text))
    throw fail('BAD_REQUEST', { message: `The request body is nested deeper than ${MAX_DEPTH} levels` })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw fail('BAD_REQUEST', { message: 'The request body is not valid JSON' })
  }
  if (hasHalfCharacters(text, json))
    throw fail('BAD_REQUEST', { message: 'The request body contains halves of characters (lone surrogates)' })
  return { text, json }
}
