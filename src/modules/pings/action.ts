import type { Told } from './take'

export const MOST_EXIT_CODE = 255
export type Action = Pick<Told, 'kind' | 'exit_code'>

/**
 * What follows a key in an address: nothing, a word, or the exit code of the job. Nothing when it is none of these;
 * `too_large` for a number that no process ends with.
 */
export function actionOf(text: string | undefined): Action | 'too_large' | undefined {
  if (text === undefined) return { kind: 'success' }
  if (text === 'start' || text === 'fail' || text === 'log') return { kind: text }
  if (!/^\d{1,9}$/.test(text)) return undefined
  const exit_code = Number(text)
  if (exit_code > MOST_EXIT_CODE) return 'too_large'
  return { kind: exit_code === 0 ? 'success' : 'fail', exit_code }
}
