import { t } from 'elysia'
import { Name } from '#kernel/fields'
import { Instant, nullable } from '#kernel/page'

const Password = t.Optional(
  t.String({ maxLength: 256, description: 'Needed when the account has a password; without one, a recent sign-in is' }),
)
const Code = t.String({ minLength: 1, maxLength: 32, examples: ['123456', 'A1B2C-D3E4F'] })
const Token = t.String({ minLength: 1, maxLength: 128 })
const base64url = (maxLength: number) => t.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' })

/** May be left out as a whole: an account without a password has nothing to put there. */
export const Proof = t.Optional(t.Object({ current_password: Password }))
export const ProofAndCode = t.Optional(t.Object({ current_password: Password, code: t.Optional(Code) }))
export const CodeOnly = t.Object({ code: t.String({ minLength: 1, maxLength: 32, examples: ['123456'] }) })
export const PasskeyEdit = t.Object({ name: Name })

export const Factors = t.Object({
  totp: t.Boolean(),
  passkeys: t.Integer(),
  backup_codes_left: t.Integer(),
  required: t.Boolean({ description: 'The workspace asks everybody for a second factor' }),
})
/** The only answer that holds the secret. */
export const TotpBegun = t.Object({ secret: t.String(), otpauth_url: t.String() })
export const Codes = t.Object({ backup_codes: t.Array(t.String()) })
/** The session has a new cookie after it, and with that a new CSRF token. */
export const TotpConfirmed = t.Object({ backup_codes: t.Array(t.String()), csrf_token: t.String() })

const passkey = {
  id: t.String(),
  name: t.String(),
  backed_up: t.Boolean({ description: 'Synchronised between devices by its provider' }),
  transports: t.Array(t.String()),
  last_used_at: nullable(Instant),
  created_at: Instant,
}
export const Passkey = t.Object(passkey)
export const PasskeyMade = t.Object({ ...passkey, csrf_token: t.String() })

/** `options` is for `navigator.credentials`, `flow` goes with what it answers. */
export const PasskeyOptions = t.Object({ flow: t.String(), options: t.Record(t.String(), t.Unknown()) })

// 1,023 bytes: https://www.w3.org/TR/webauthn-3/#credential-id
const CredentialId = base64url(1_364)
const credential = { id: CredentialId, rawId: CredentialId, type: t.Literal('public-key') }
/** Browsers send them along; nothing here looks at them. */
const extras = {
  clientExtensionResults: t.Optional(t.Unknown()),
  authenticatorAttachment: t.Optional(nullable(t.String({ maxLength: 32 }))),
}

/** What `navigator.credentials.create` answers, as `toJSON()` writes it. */
export const Attestation = t.Object({
  ...credential,
  ...extras,
  response: t.Object({
    clientDataJSON: base64url(8_192),
    attestationObject: base64url(65_536),
    transports: t.Optional(t.Array(t.String({ maxLength: 32, pattern: '^[a-z-]+$' }), { maxItems: 10 })),
  }),
})
/** What `navigator.credentials.get` answers. */
export const Assertion = t.Object({
  ...credential,
  ...extras,
  response: t.Object({
    clientDataJSON: base64url(8_192),
    authenticatorData: base64url(8_192),
    signature: base64url(8_192),
    userHandle: t.Optional(nullable(t.String({ maxLength: 128, pattern: '^[A-Za-z0-9_-]*$' }))),
  }),
})

export const PasskeyDraft = t.Object({ flow: Token, name: Name, response: Attestation })
export const PasskeyProof = t.Object({ flow: Token, response: Assertion })
export const MfaToken = t.Object({ mfa_token: Token })
export const MfaCode = t.Object({ mfa_token: Token, code: Code })
export const MfaPasskey = t.Object({ mfa_token: Token, flow: Token, response: Assertion })

export type Attestation = typeof Attestation.static
export type Assertion = typeof Assertion.static
export type PasskeyDraft = typeof PasskeyDraft.static
export type PasskeyProof = typeof PasskeyProof.static
export type MfaCode = typeof MfaCode.static
export type MfaPasskey = typeof MfaPasskey.static
