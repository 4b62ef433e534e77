import { sha256 } from '#kernel/secrets'

export const etagOf = (text: string) => `"${sha256(text).slice(0, 27)}"`

/** Whether an If-Match or If-None-Match header names this tag; weak tags count as the strong ones of the same text. */
export const namesTag = (header: string, tag: string) =>
  header.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === tag)

/** A JSON answer with its tag, or 304 when the client already has it. */
export async function tagged(request: Request, response: Response): Promise<Response> {
  const json = response.headers.get('content-type')?.startsWith('application/json')
  if (response.status !== 200 || !json || response.headers.has('etag')) return response
  const text = await response.text()
  const headers = new Headers(response.headers)
  const tag = etagOf(text)
  headers.set('etag', tag)
  if (!namesTag(request.headers.get('if-none-match') ?? '', tag)) return new Response(text, { status: 200, headers })
  headers.delete('content-type')
  return new Response(null, { status: 304, headers })
}
