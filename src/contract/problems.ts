/** Why a sign-in that went through other sites ended; the sign-in page has a sentence for each. */
export type Problem =
  | 'cancelled'
  | 'expired'
  | 'failed'
  | 'no_account'
  | 'account_exists'
  | 'email_missing'
  | 'domain_not_allowed'
  | 'already_linked'
  | 'no_sso'
  | 'signed_in'
