import type { TObject } from '@sinclair/typebox'

/** What a provider says about the person who just signed in there; proven by the plugin, not yet trusted by anybody. */
export type Claims = {
  /** Stays the same for this person at this provider for ever; an account is linked to (provider, subject), never to the address. */
  subject: string
  /** Trimmed, as the provider spells it; absent when it told none. */
  email?: string
  /** The provider itself checked that the address belongs to this person. Never true without `email`. */
  email_verified: boolean
  /** One line, at most 120 characters. */
  name?: string
  /** Names of groups, for `group_roles`; empty when the provider has none or was not asked. */
  groups: string[]
  /** The provider says (`amr`) that a second factor was used. */
  mfa?: boolean
}

/**
 * `cancelled`: the person said no at the provider; `failed`: the answer is wrong, forged or too late, or the settings are;
 * `unreachable`: the provider did not answer or is out of order. The message is one sentence for the operator's log and
 * for the test button: it never contains a secret, a token, a code or text that the provider chose freely.
 */
export class SignInError extends Error {
  constructor(
    message: string,
    readonly reason: 'cancelled' | 'failed' | 'unreachable',
  ) {
    super(message)
  }
}

/** What a plugin may use of the world. `now` is milliseconds, and judges every `exp`, `iat` and cache. */
export type SignInEnv = { now: () => number }

/** The answer to the button "Test": `facts` are shown as a table of name and value. */
export type TestResult = { ok: boolean; message: string; facts: Record<string, string> }

type Common<S extends TObject> = {
  /** Stored in the row; also the kind's file name. */
  kind: string
  title: string
  summary: string
  /** Where the provider explains how to get the values, for people; never fetched. */
  docs: string
  /** Longer help for the docs page, Markdown. */
  notes?: string
  settings: S
  /** Rules that JSON Schema cannot say: field path (`settings.issuer`) → sentence. Accepts the mask in place of a secret. */
  check?: (settings: S['static']) => Record<string, string>
  /** Who vouches, where the settings say so: under another one, an equal subject is somebody else. */
  authority?: (settings: S['static']) => string
  /** Tries everything that can be tried without a person. Resolves in any case; `settings` hold the secrets in plain text. */
  test: (settings: S['static'], env: SignInEnv) => Promise<TestResult>
}

export type StartJob<S> = {
  settings: S
  /** Exactly what is registered at the provider: built from the appliance's public address, never from the request. */
  redirect_uri: string
  /** Single use, kept by the server together with `nonce` and `verifier` until the callback. */
  state: string
  nonce: string
  /** PKCE; 43 to 128 characters of the unreserved set. Kinds without PKCE ignore it. */
  verifier: string
  env: SignInEnv
}
export type FinishJob<S> = Omit<StartJob<S>, 'state'> & {
  /** Everything that came with the callback; for `form_post` the fields of the form, including `user`. The caller has
   *  matched `state` already, also for an answer that is an error. */
  params: URLSearchParams
}
export type NativeJob<S> = {
  settings: S
  id_token: string
  /** What the app chose, raw; its SHA-256 (hex) or itself is in the token. Without it, a token with a nonce is refused. */
  nonce?: string
  env: SignInEnv
}

/** The browser goes to the provider and comes back with a code. */
export type RedirectSignIn<S extends TObject = TObject> = Common<S> & {
  flow: 'redirect'
  /** The callback is a cross-site POST (Apple), which carries no `SameSite=Lax` cookies. */
  form_post?: boolean
  /** Where the browser goes. Throws SignInError. */
  start: (job: StartJob<S['static']>) => Promise<URL>
  /** Who came back. Throws SignInError. */
  finish: (job: FinishJob<S['static']>) => Promise<Claims>
  /** Checks an id_token that a phone app got from its own system. Throws SignInError. */
  native?: (job: NativeJob<S['static']>) => Promise<Claims>
}

/** Name and password are typed into our own form and judged by a directory. */
export type PasswordSignIn<S extends TObject = TObject> = Common<S> & {
  flow: 'password'
  /** Nobody, when name or password is wrong; which of them is not told. Throws SignInError when the directory cannot say. */
  signIn: (job: {
    settings: S['static']
    name: string
    password: string
    env: SignInEnv
  }) => Promise<Claims | undefined>
}

/** A proxy in front of us has signed the person in and says so in headers. */
export type HeaderSignIn<S extends TObject = TObject> = Common<S> & {
  flow: 'header'
  /** Nobody, unless `peer` is a named proxy. `peer` is the address of the socket, never one out of X-Forwarded-For. */
  read: (job: { settings: S['static']; headers: Headers; peer: string }) => Claims | undefined
}

export type SignIn<S extends TObject = TObject> = RedirectSignIn<S> | PasswordSignIn<S> | HeaderSignIn<S>

export const defineRedirect = <S extends TObject>(kind: Omit<RedirectSignIn<S>, 'flow'>): RedirectSignIn<S> => ({
  flow: 'redirect',
  ...kind,
})
export const definePassword = <S extends TObject>(kind: Omit<PasswordSignIn<S>, 'flow'>): PasswordSignIn<S> => ({
  flow: 'password',
  ...kind,
})
export const defineHeader = <S extends TObject>(kind: Omit<HeaderSignIn<S>, 'flow'>): HeaderSignIn<S> => ({
  flow: 'header',
  ...kind,
})
