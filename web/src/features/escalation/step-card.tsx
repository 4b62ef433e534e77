import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { DurationInput } from '@/features/heartbeats/duration-input'
import type { Finding, Target } from '@/features/on-call/types'
import { errorAt } from '@/parts/error-at'
import { Avatar } from '@/ui/bits'
import { IconButton } from '@/ui/button'
import { Field } from '@/ui/field'
import { sentence } from '@/ui/format'
import { type StepDraft, sameTarget } from './draft'
import { FindingLine } from './finding-line'
import { useTargets } from './resolve'
import { TargetPicker, targetIcon } from './target-picker'

function Chip({ target, error, onRemove }: { target: Target; error?: string; onRemove: () => void }) {
  const { resolve } = useTargets()
  const { name, people, kind } = resolve(target)
  const Icon = targetIcon[kind]
  return (
    <li className="flex max-w-full flex-wrap items-center gap-x-1.5 rounded-sm border border-line bg-surface py-0.5 ps-1.5 text-sm coarse:min-h-11">
      {kind === 'user' ? <Avatar name={name} size={20} /> : <Icon aria-hidden className="size-4 text-subtle" />}
      <span className="min-w-0 truncate">{name}</span>
      {kind === 'schedule' && (
        <span className={people.length > 0 ? 'text-xs text-subtle' : 'text-xs text-down'}>
          {people.length > 0 ? `now ${people.join(', ')}` : 'nobody now'}
        </span>
      )}
      <IconButton label={`Remove ${name}`} onClick={onRemove} className="size-6">
        <X />
      </IconButton>
      {error && <span className="w-full pe-2 text-xs text-down">{sentence(error)}</span>}
    </li>
  )
}

type Props = {
  step: StepDraft
  index: number
  last: boolean
  handle: ReactNode
  errors: Record<string, string>
  /** What the linter says about this step as it is stored. */
  findings: readonly Finding[]
  onChange: (part: Partial<StepDraft>) => void
  onRemove: (() => void) | null
}

/** One step: who is called, and how long it waits for an answer. */
export function StepCard({ step, index, last, handle, errors, findings, onChange, onRemove }: Props) {
  const at = `steps.${index}`
  const n = index + 1
  const fault = errors[`${at}.targets`]
  return (
    <fieldset className="min-w-0 border-t border-line px-5 py-4">
      <legend className="float-left mb-2 flex w-full items-center gap-1.5 text-md font-semibold">
        {handle}
        <span className="grid size-6 place-items-center rounded-full bg-active text-xs tabular-nums">{n}</span>
        <span className="flex-1">{`Step ${n}`}</span>
        {onRemove && (
          <IconButton label={`Remove step ${n}`} onClick={onRemove}>
            <X />
          </IconButton>
        )}
      </legend>
      <div className="clear-both space-y-3">
        <div>
          <div className="mb-1.5 text-sm font-medium">Call</div>
          <ul aria-label={`Called in step ${n}`} className="flex flex-wrap items-center gap-1.5">
            {step.targets.map((target, j) => (
              <Chip
                key={`${target.type} ${target.id}`}
                target={target}
                error={errorAt(errors, `${at}.targets.${j}`)}
                onRemove={() => onChange({ targets: step.targets.filter((one) => !sameTarget(one, target)) })}
              />
            ))}
            <li>
              <TargetPicker
                label={`Add somebody to step ${n}`}
                taken={step.targets}
                onPick={(target) => onChange({ targets: [...step.targets, target] })}
              />
            </li>
          </ul>
          {fault && (
            <p role="alert" className="mt-1.5 text-xs text-down">
              {step.targets.length === 0 ? 'Add somebody: a step without anybody reaches nobody.' : sentence(fault)}
            </p>
          )}
        </div>
        <Field
          name={`${at}.delay_s`}
          label={last ? 'Wait for an answer' : 'Then wait before the next step'}
          error={errors[`${at}.delay_s`]}
        >
          <DurationInput
            label={`Wait of step ${n}`}
            value={step.delay_s}
            onChange={(delay_s) => onChange({ delay_s })}
          />
        </Field>
        {findings.map((finding) => (
          <FindingLine key={`${finding.code} ${finding.message}`} finding={finding} />
        ))}
      </div>
    </fieldset>
  )
}
