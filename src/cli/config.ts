import { type Config, readConfig } from '#kernel/config'
import type { Values } from './define'

/** The configuration from the environment; `--data` and `--listen` win over it. */
export function configFrom(values: Values): Config {
  const over = { XINEX_DATA: values.data, XINEX_LISTEN: values.listen }
  const given = Object.entries(over).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return readConfig({ ...process.env, ...Object.fromEntries(given) })
}

export const dataOption = { data: { type: 'string' } } as const
export const dataHelp = '  --data DIR           data folder (default ./data, or XINEX_DATA)'
