import type { SecondFactor } from '@/types'

const factors: readonly SecondFactor[] = ['passkey', 'totp', 'backup_code']
export type HandedOver = { mfa_token: string; methods: SecondFactor[]; return_to?: string }

/** What the server puts behind the # after a sign-in through another site; nothing when it is something else. */
export function handedOver(hash: string): HandedOver | undefined {
  const params = new URLSearchParams(hash.replace(/^#/, ''))
  const mfa_token = params.get('mfa_token')
  if (!mfa_token) return undefined
  const offered = params.get('methods')?.split(',') ?? []
  return {
    mfa_token,
    methods: factors.filter((factor) => offered.includes(factor)),
    return_to: params.get('return') ?? undefined,
  }
}
