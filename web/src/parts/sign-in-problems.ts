import type { Problem } from '#contract/problems'

const sentences: Record<Problem, string> = {
  cancelled: 'The sign-in was cancelled on the other side. Nothing has changed here.',
  expired: 'That sign-in took too long, or was begun in another browser. Try again.',
  failed: 'The other side could not confirm who you are. Try again; if it goes on, tell whoever runs this server.',
  no_account: 'There is no account here for you yet. Ask somebody who works here for an invitation.',
  account_exists:
    'There is an account here with your address already. Sign in the way you used to, then link the other account under Settings, Security.',
  email_missing: 'The other side did not tell your e-mail address, which is needed here. Allow it there and try again.',
  domain_not_allowed: 'Accounts of your organisation are not taken here. Use another account.',
  already_linked: 'That account belongs to somebody else here. Sign in with it instead of linking it.',
  signed_in: 'You are signed in as somebody else. Sign out first, then sign in the other way.',
  no_sso: 'Single sign-on is not set up for this address. Sign in another way.',
}

/** Why a way through another site ended before it was done, as the address of the page says. */
export const sentenceOfProblem = (problem: string): string =>
  Object.entries(sentences).find(([name]) => name === problem)?.[1] ?? sentences.failed
