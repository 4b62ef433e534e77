import type { ParseArgsConfig } from 'node:util'

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>
export type Command = {
  help: string
  options: NonNullable<ParseArgsConfig['options']>
  /** Answers the exit code. */
  run: (values: Values, positionals: string[]) => Promise<number>
}

/** A named option that must be there. */
export function required(values: Values, name: string): string {
  const value = values[name]
  if (typeof value !== 'string' || value === '') throw new Error(`--${name} is missing`)
  return value
}

/** An option that may be given several times. */
export function listed(values: Values, name: string): string[] {
  const value = values[name]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
