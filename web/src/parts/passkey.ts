import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
  WebAuthnError,
} from '@simplewebauthn/browser'
import { useEffect, useRef } from 'react'
import { ApiError, api } from '@/api'
import type { SignedIn } from '@/types'

type Asked<T> = { flow: string; options: T }
type Asking = Asked<PublicKeyCredentialRequestOptionsJSON>
export type Creating = Asked<PublicKeyCredentialCreationOptionsJSON>

/** Only safe pages have them: https://www.w3.org/TR/webauthn-3/#sctn-api */
export const canUsePasskeys = (): boolean => window.isSecureContext && browserSupportsWebAuthn()

/** The browser's part failed: `NotAllowedError` is a person who closed the window, or a minute without an answer. */
function inWords(error: unknown): unknown {
  if (error instanceof ApiError) return error
  const name = error instanceof Error ? error.name : ''
  const known = error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED'
  if (known || name === 'InvalidStateError')
    return new ApiError(0, 'PASSKEY', 'This device holds a passkey of this account already.')
  if (name === 'NotAllowedError' || name === 'AbortError')
    return new ApiError(0, 'PASSKEY', 'No passkey was used: the request was closed, or took too long.')
  return new ApiError(0, 'PASSKEY', 'This browser or device could not do that. Try another passkey or another way.')
}
const spoken = async <T>(act: Promise<T>): Promise<T> => {
  try {
    return await act
  } catch (error) {
    throw inWords(error)
  }
}

/** Signs in with nothing but a passkey. */
export async function enterWithPasskey(): Promise<SignedIn> {
  const { flow, options } = await api.post<Asking>('/auth/passkey/options', {})
  const response = await spoken(startAuthentication({ optionsJSON: options }))
  return api.post<SignedIn>('/auth/passkey', { flow, response })
}

export async function proveWithPasskey(mfa_token: string): Promise<SignedIn> {
  const { flow, options } = await api.post<Asking>('/auth/mfa/passkey/options', { mfa_token })
  const response = await spoken(startAuthentication({ optionsJSON: options }))
  return api.post<SignedIn>('/auth/mfa/passkey', { mfa_token, flow, response })
}

export const createPasskey = ({ options }: Creating) => spoken(startRegistration({ optionsJSON: options }))

/** Shorter than the challenge lives on the server. */
const RENEW_MS = 240_000

/**
 * Offers passkeys among the names that the browser suggests in the e-mail box. Quiet about everything that goes wrong:
 * nobody asked for it, and the button is still there.
 */
export function usePasskeyAutofill(enabled: boolean, onEntered: (answer: SignedIn) => void) {
  const entered = useRef(onEntered)
  entered.current = onEntered
  useEffect(() => {
    if (!enabled) return
    let stopped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const offer = async () => {
      if (!(await browserSupportsWebAuthnAutofill()) || stopped) return
      const { flow, options } = await api.post<Asking>('/auth/passkey/options', {})
      if (stopped) return
      timer = setTimeout(() => void offer().catch(() => {}), RENEW_MS)
      const response = await startAuthentication({ optionsJSON: options, useBrowserAutofill: true })
      const answer = await api.post<SignedIn>('/auth/passkey', { flow, response })
      if (!stopped) entered.current(answer)
    }
    void offer().catch(() => {})
    return () => {
      stopped = true
      clearTimeout(timer)
      WebAuthnAbortService.cancelCeremony()
    }
  }, [enabled])
}
