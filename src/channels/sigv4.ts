import { createHash, createHmac } from 'node:crypto'

export type AwsKeys = { access_key_id: string; secret_access_key: string; session_token?: string }
type Request = { method: string; url: string; headers: Record<string, string>; body: string }
type Scope = { region: string; service: string; now: number }

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
/** RFC 3986: AWS encodes what encodeURIComponent leaves. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/**
 * The headers of the request with AWS's signature, version 4, over all of them:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signed(
  { method, url, headers, body }: Request,
  { access_key_id, secret_access_key, session_token }: AwsKeys,
  { region, service, now }: Scope,
): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url)
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = stamp.slice(0, 8)
  const all: Record<string, string> = {
    ...headers,
    'x-amz-date': stamp,
    ...(session_token && { 'x-amz-security-token': session_token }),
  }
  const lines = Object.entries({ ...all, host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const names = lines.map(([name]) => name).join(';')
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const request = [
    method,
    pathname,
    query.join('&'),
    ...lines.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(body),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret_access_key}`, day))
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(request)].join('\n')).toString('hex')
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${access_key_id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
