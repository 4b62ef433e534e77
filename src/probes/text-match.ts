import { Type as t } from '@sinclair/typebox'
import { oneOf, type Ui, ui } from '#kernel/form'
import { finderOf, patternProblem } from '#probes/pattern'

/** The text or pattern that something received has to contain. */
export const expectFields = (description: string, showIf?: Ui['showIf']) => ({
  expect: t.Optional(
    t.String({
      title: 'Expect',
      description,
      maxLength: 1_000,
      ...ui({ group: 'basic', mono: true, ...(showIf && { showIf }) }),
    }),
  ),
  expect_mode: t.Optional(
    oneOf(['text', 'regex'], {
      title: 'Compare as',
      description: 'Plain text, or a regular expression in RE2 syntax.',
      default: 'text',
      ...ui({ group: 'advanced', widget: 'segmented', span: 1, ...(showIf && { showIf }) }),
    }),
  ),
})

type Wanted = { expect?: string; expect_mode?: 'text' | 'regex' }

/** Says whether a text is what is expected; undefined when nothing is. */
export function matcherOf({ expect, expect_mode }: Wanted): ((text: string) => boolean) | undefined {
  if (!expect) return
  if (expect_mode !== 'regex') return (text) => text.includes(expect)
  return finderOf(expect)
}

export function expectProblem({ expect, expect_mode }: Wanted): Record<string, string> {
  const problem = expect && expect_mode === 'regex' ? patternProblem(expect) : undefined
  return problem ? { 'settings.expect': problem } : {}
}

/** `the answer does not contain “PONG”`. */
export function missSentence(what: string, { expect = '', expect_mode }: Wanted): string {
  const short = expect.length > 80 ? `${expect.slice(0, 79)}…` : expect
  return `${what} does not ${expect_mode === 'regex' ? 'match' : 'contain'} “${short}”`
}
