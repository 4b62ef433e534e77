/** Both sides of a connection, the secret key in plain text; never for a client. */
export type Parties = {
  entity_id: string
  acs_url: string
  private_key: string
  certificate: string
  sso_url: string
  idp_certificates: string[]
  require_signed_response: boolean
}

/** So much may the clocks of the two differ. */
export const SKEW_MS = 30_000
