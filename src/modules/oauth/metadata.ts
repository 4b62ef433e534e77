import type { App } from '#kernel/context'
import { scopeNames } from './scopes'

const methods = ['none', 'client_secret_basic', 'client_secret_post']

/** What a client has to know of this server (RFC 8414). */
export function metadata({ credentials }: Pick<App, 'credentials'>) {
  const { issuer } = credentials.accessTokens
  const at = (path: string) => `${issuer}/api/v1/oauth/${path}`
  return {
    issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    revocation_endpoint: at('revoke'),
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: scopeNames,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    code_challenge_methods_supported: ['S256'],
    // RFC 9207: every answer says who gives it.
    authorization_response_iss_parameter_supported: true,
  }
}
