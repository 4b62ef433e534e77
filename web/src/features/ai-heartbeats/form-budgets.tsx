import { useQuery } from '@tanstack/react-query'
import { Section } from '@/features/heartbeats/form-parts'
import { Field } from '@/ui/field'
import { NumberField } from '@/ui/number-field'
import { budgetFacts, budgetNames, hadWords } from './budgets'
import type { Draft } from './draft'
import { chartsQuery, latelyQuery } from './queries'
import type { Agent, AgentRun, Charts } from './types'

type Props = { draft: Draft; onChange: (part: Partial<Draft>) => void; errors: Record<string, string> }

function Fields({
  draft,
  onChange,
  errors,
  runs,
  today,
}: Props & { runs: readonly AgentRun[]; today?: Charts['today'] }) {
  return (
    <Section title="Budgets">
      <p className="-mt-3 text-xs text-subtle sm:col-span-2">
        What is not kept is a problem of its own: it is told, and the agent still counts as up. Without a limit nothing
        is compared, but for what was learned.
      </p>
      {budgetNames.map((name) => {
        const { title, hint, suffix, step } = budgetFacts[name]
        const had = hadWords(name, runs, today)
        return (
          <Field
            key={name}
            optional
            name={`budgets.${name}`}
            label={title}
            hint={had ? `${hint} ${had}` : hint}
            error={errors[`budgets.${name}`]}
          >
            <NumberField
              value={draft.budgets[name]}
              onChange={(value) => onChange({ budgets: { ...draft.budgets, [name]: value } })}
              min={0}
              step={step}
              suffix={suffix}
              placeholder="Any"
            />
          </Field>
        )
      })}
    </Section>
  )
}

function FieldsOf({ agent, ...props }: Props & { agent: Agent }) {
  const runs = useQuery(latelyQuery(agent.id)).data?.items ?? []
  const today = useQuery(chartsQuery(agent.id, '24h')).data?.today
  return <Fields {...props} runs={runs} today={today} />
}

/** Limits, each with its unit and what there was lately. */
export const BudgetsSection = ({ agent, ...props }: Props & { agent?: Agent }) =>
  agent ? <FieldsOf {...props} agent={agent} /> : <Fields {...props} runs={[]} />
