import { validateHeaderName } from 'node:http'
import { filled } from '#probes/fields'
import { rangesOf } from '#probes/http-plan'
import { type HttpSettings, httpSettings } from '#probes/http-settings'
import { jsonPathProblem } from '#probes/json-path'
import { patternProblem } from '#probes/pattern'
import { clientCertificateProblems } from '#probes/tls-fields'

const works = (attempt: () => unknown) => {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}

const isWebUrl = (text: string) => /^https?:$/.test(URL.parse(text)?.protocol ?? '')

/** Rules across fields, and those that JSON Schema cannot say. */
export function checkHttp({ url, settings: given }: { url: string; settings: HttpSettings }): Record<string, string> {
  const settings = filled(httpSettings, given)
  const problems: Record<string, string> = {}
  const refuse = (field: string, when: unknown, sentence: string) => {
    if (when) problems[`settings.${field}`] ??= sentence
  }
  if (!isWebUrl(url)) problems.url = 'must start with http:// or https://'

  const backwards = rangesOf(settings.accepted_status).some(([low, high]) => low > high)
  refuse('accepted_status', backwards, 'has a range that ends before it starts')
  const content = settings.keyword || settings.keyword_absent || settings.body_pattern || settings.json_path
  refuse('method', settings.method === 'HEAD' && content, 'HEAD answers have no content to check')
  if (settings.body_pattern) {
    const problem = patternProblem(settings.body_pattern)
    refuse('body_pattern', problem, problem ?? '')
  }
  const { json_path } = settings
  const unusable = json_path ? jsonPathProblem(json_path) : undefined
  refuse('json_path', unusable, unusable ?? '')
  const valueless = json_path && settings.json_operator !== 'exists' && settings.json_value === undefined
  refuse('json_value', valueless, 'is needed for this comparison')

  for (const field of ['headers', 'expected_headers'] as const) {
    const bad = Object.keys(settings[field] ?? {}).find((name) => !works(() => validateHeaderName(name)))
    refuse(field, bad !== undefined, `“${bad}” is not a header name`)
  }
  const secretName = settings.secret_header_name
  refuse('secret_header_name', secretName && !works(() => validateHeaderName(secretName)), 'is not a header name')

  const { auth } = settings
  const named = auth === 'basic' || auth === 'digest'
  refuse('username', named && !settings.username, `is needed for ${auth} authentication`)
  const colon = auth === 'digest' && settings.username?.includes(':')
  refuse('username', colon, 'must not contain a colon')
  refuse('token', settings.auth === 'bearer' && !settings.token, 'is needed for bearer authentication')
  const oauth = settings.auth === 'oauth2'
  refuse('oauth_token_url', oauth && !isWebUrl(settings.oauth_token_url ?? ''), 'must start with http:// or https://')
  refuse('oauth_client_id', oauth && !settings.oauth_client_id, 'is needed for OAuth 2.0')

  Object.assign(problems, clientCertificateProblems(settings))
  const proxy = settings.proxy_url ? URL.parse(settings.proxy_url) : undefined
  const known = /^(http|socks5h?):$/.test(proxy?.protocol ?? '') && proxy?.hostname
  refuse('proxy_url', settings.proxy_url && !known, 'must start with http://, socks5:// or socks5h://')
  refuse('proxy_url', proxy?.username || proxy?.password, 'must not contain credentials; use the fields below')
  return problems
}
