import type { Policy, PolicyStep, Target } from '@/features/on-call/types'

export type StepDraft = { key: number; delay_s: number | null; targets: Target[] }
export type Draft = {
  name: string
  description: string
  steps: StepDraft[]
  repeat_count: number | null
  ack_timeout_s: number | null
  on_empty: 'next' | 'wait'
  is_default: boolean
}
const FIVE_MINUTES = 300
export const emptyStep = (key: number): StepDraft => ({ key, delay_s: FIVE_MINUTES, targets: [] })
/** The first policy of a workspace is what everybody expects to be followed. */
export const emptyDraft = (isFirst: boolean): Draft => ({
  ...{ name: '', description: '', steps: [emptyStep(0)], repeat_count: 0, ack_timeout_s: null },
  ...{ on_empty: 'next', is_default: isFirst },
})
export const draftOf = ({ id: _, steps, description, ...rest }: Policy): Draft => ({
  ...{ name: rest.name, repeat_count: rest.repeat_count, ack_timeout_s: rest.ack_timeout_s },
  ...{ on_empty: rest.on_empty, is_default: rest.is_default, description: description ?? '' },
  steps: steps.map(({ delay_s, targets }, key) => ({ key, delay_s, targets })),
})

export const stepsOf = (steps: readonly StepDraft[]): PolicyStep[] =>
  steps.map(({ delay_s, targets }) => ({ delay_s: delay_s ?? FIVE_MINUTES, targets }))
export const planOf = ({ steps, repeat_count, ack_timeout_s, on_empty }: Draft) => ({
  ...{ steps: stepsOf(steps), repeat_count: repeat_count ?? 0, ack_timeout_s, on_empty },
})
export const bodyOf = (draft: Draft) => ({
  ...planOf(draft),
  ...{ name: draft.name.trim(), description: draft.description.trim() || null, is_default: draft.is_default },
})
export const sameTarget = (a: Target, b: Target) => a.type === b.type && a.id === b.id
