import { fail } from '#kernel/fail'

/** Largest request body that the API reads. */
export const MAX_BODY_BYTES = 1_048_576

async function bytesOf(request: Request): Promise<Uint8Array> {
  const tooLarge = () => fail('PAYLOAD_TOO_LARGE', { details: { limit_bytes: MAX_BODY_BYTES } })
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  // Without a declared length (chunked), the limit holds while reading, not after.
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The body as text and as JSON; refuses what is too large, not UTF-8, not declared as JSON, or not JSON. */
export async function readJson(request: Request): Promise<{ text: string; json: unknown }> {
  const bytes = await bytesOf(request)
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
  try {
    return { text, json: JSON.parse(text) }
  } catch {
    throw fail('BAD_REQUEST', { message: 'The request body is not valid JSON' })
  }
}
