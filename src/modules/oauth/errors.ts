/** RFC 6749 sections 4.1.2.1 and 5.2, RFC 7009 section 2.2.1, OpenID Connect Core section 3.1.2.6 (prompt=none). */
type OauthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'unsupported_token_type'
  | 'access_denied'
  | 'login_required'
  | 'consent_required'

/** A refusal in the words of OAuth. The sentence is for whoever builds the client; it goes out as it stands. */
export class OauthError extends Error {
  constructor(
    readonly code: OauthCode,
    message: string,
  ) {
    super(message)
  }
}

/** RFC 6749 section 5.1: nothing that holds tokens is kept anywhere. */
export const unkept = { 'cache-control': 'no-store', pragma: 'no-cache' }

/** The refusal as the token endpoint answers it (RFC 6749 section 5.2). */
export function refusal({ code, message }: OauthError): Response {
  const unknown = code === 'invalid_client'
  const headers = { ...unkept, ...(unknown && { 'www-authenticate': 'Basic realm="Xinex", charset="UTF-8"' }) }
  return Response.json({ error: code, error_description: message }, { status: unknown ? 401 : 400, headers })
}
