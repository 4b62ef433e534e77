import { BellOff, Check, Megaphone, Minus } from 'lucide-react'
import type { CalledContact, CalledPerson, CalledStep, Told } from '@/features/on-call/types'
import { listOf } from '@/features/on-call/words'
import { Avatar } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { inWords, sentence, shortDuration } from '@/ui/format'

const after = (seconds: number) => (seconds <= 0 ? 'now' : `+${shortDuration(seconds)}`)

const Contact = ({ contact: { name, type, at_s, skipped } }: { contact: CalledContact }) => (
  <li className={cx('flex gap-2', skipped && 'text-subtle')}>
    <span className={cx('min-w-0 flex-1', skipped && 'line-through')}>
      {name}
      <span className="text-subtle">{name.toLowerCase() === type ? '' : ` (${type})`}</span>
    </span>
    <span className="shrink-0 tabular-nums">{skipped ? skipped : after(at_s)}</span>
  </li>
)

const Person = ({ person: { user_name, via, contacts } }: { person: CalledPerson }) => (
  <li className="flex gap-2.5">
    <Avatar name={user_name} size={24} />
    <div className="min-w-0 flex-1">
      <p className="text-sm font-medium">
        {user_name}
        {via && <span className="font-normal text-subtle">{`, on call in ${via}`}</span>}
      </p>
      {contacts.length > 0 ? (
        <ul className="text-xs text-muted">
          {contacts.map((contact) => (
            <Contact key={`${contact.name} ${contact.at_s}`} contact={contact} />
          ))}
        </ul>
      ) : (
        <p className="text-xs text-down">Has no way to be reached.</p>
      )}
    </div>
  </li>
)

function Step({ step: { step, at_s, people, channels } }: { step: CalledStep }) {
  const empty = people.length === 0 && channels.length === 0
  return (
    <li className="border-t border-line px-4 py-3 first:border-t-0">
      <p className="mb-2 flex justify-between text-xs text-subtle">
        <span>{`Step ${step + 1}`}</span>
        <span className="tabular-nums">{at_s <= 0 ? 'Now' : `After ${inWords(at_s)}`}</span>
      </p>
      {empty && <p className="text-sm text-degraded">Reaches nobody then.</p>}
      <ul className="space-y-2">
        {people.map((person) => (
          <Person key={person.user_id} person={person} />
        ))}
        {channels.map(({ id, name }) => (
          <li key={id} className="flex items-center gap-2.5 text-sm">
            <Megaphone aria-hidden className="m-1 size-4 text-subtle" />
            {name}
          </li>
        ))}
      </ul>
    </li>
  )
}

/** Link by link how it came to that, as the server decided it. */
const Chain = ({ chain }: { chain: Told['chain'] }) => (
  <div className="border-t border-line px-4 py-3">
    <h3 className="mb-1.5 text-xs font-medium text-muted">Why</h3>
    <ol className="space-y-1.5 text-xs">
      {chain.map(({ message, took }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the chain is what it is
        <li key={i} className={cx('flex gap-2', took ? 'text-fg' : 'text-subtle')}>
          {took ? (
            <Check aria-hidden className="mt-0.5 size-3.5 shrink-0 text-up" />
          ) : (
            <Minus aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          )}
          <span>
            <span className="sr-only">{took ? 'Decided: ' : 'Passed: '}</span>
            {sentence(message)}
          </span>
        </li>
      ))}
    </ol>
  </div>
)

/** Who is told in the end, in which order, by what, and why. */
export function ToldView({ told }: { told: Told }) {
  const { sentence: words, alerts, channels, chain, suppressed, held, severity } = told
  return (
    <>
      <p role="status" data-sentence className="px-4 pt-3.5 text-md font-medium first-letter:uppercase">
        {sentence(words)}
      </p>
      <p className="px-4 pt-1 pb-3.5 text-xs text-subtle">{`As an incident of ${severity} severity.`}</p>
      {held && (
        <p className="border-t border-line bg-maintenance-soft px-4 py-2.5 text-sm text-maintenance">
          {sentence(held.message)}
        </p>
      )}
      {suppressed && (
        <p className="flex items-center gap-2 border-t border-line px-4 py-2.5 text-sm text-muted">
          <BellOff aria-hidden className="size-4" />
          {`Nobody is told: ${suppressed.rule_name}. The incident is recorded all the same.`}
        </p>
      )}
      {alerts.map(({ policy_id, policy_name, rule, steps }) => (
        <section key={`${policy_id} ${rule?.id}`} className="border-t border-line">
          {policy_name && (
            <h3 className="px-4 pt-3 text-sm font-medium">
              {policy_name}
              <span className="font-normal text-subtle">{rule ? `, by the rule ${rule.name}` : ', by default'}</span>
            </h3>
          )}
          {steps.length > 0 && (
            <ol aria-label={`Steps of ${policy_name ?? 'it'}`}>
              {steps.map((step) => (
                <Step key={step.step} step={step} />
              ))}
            </ol>
          )}
        </section>
      ))}
      {channels.length > 0 && (
        <p className="flex items-center gap-2.5 border-t border-line px-4 py-3 text-sm">
          <Megaphone aria-hidden className="size-4 shrink-0 text-subtle" />
          {`${alerts.length > 0 ? 'Told as well' : 'Told'}: ${listOf(channels.map(({ name }) => name))}`}
        </p>
      )}
      {chain.length > 0 && <Chain chain={chain} />}
    </>
  )
}
