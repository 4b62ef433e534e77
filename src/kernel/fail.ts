import { type ErrorCode, errors } from '#contract/errors'

export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown>,
    readonly headers: Record<string, string>,
  ) {
    super(message)
  }
  get status() {
    return errors[this.code].status
  }
}

type Options = { message?: string; details?: Record<string, unknown>; headers?: Record<string, string> }

/** `throw fail('NOT_FOUND', { details: { id } })`: the one way a refusal leaves a service. */
export const fail = (code: ErrorCode, { message, details = {}, headers = {} }: Options = {}) =>
  new AppError(code, message ?? errors[code].message, details, headers)

/** Whether what was thrown says that something is not there (any more). */
export const isGone = (error: unknown): boolean => error instanceof AppError && error.code === 'NOT_FOUND'

/** Wrong fields that one answer names; a body with more of them was not written by a person. */
export const MOST_FAULTS = 100

/** 422 with one sentence per field: `invalid({ 'settings.port': 'must be at most 65535' })`. */
export const invalid = (fields: Record<string, string>) =>
  fail('VALIDATION_FAILED', { details: { fields: Object.fromEntries(Object.entries(fields).slice(0, MOST_FAULTS)) } })
