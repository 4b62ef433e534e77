import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import type { Severity } from '@/types'
import { Tag } from '@/ui/bits'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Field, Form, FormError, Notice } from '@/ui/field'
import { sentence, words } from '@/ui/format'
import { Textarea } from '@/ui/input'
import type { Values } from '@/ui/schema'
import type { Integration } from './data'
import { sampleOf } from './samples'

type Event = {
  sentence: string
  dedup_key: string | null
  title: string | null
  severity: Severity | null
  message: string | null
  source: string | null
  tags: string[]
  incident_id: string | null
}
type Answer = { accepted: boolean; faults: string[]; events: Event[] }

const Told = ({ event }: { event: Event }) => (
  <li className="py-3">
    <p className="text-sm font-medium wrap-anywhere">{sentence(event.sentence)}</p>
    <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-xs">
      {(
        [
          ['Title', event.title],
          ['Message', event.message],
          ['Severity', event.severity && words(event.severity)],
          ['Where', event.source],
          ['Known by', event.dedup_key],
        ] as const
      ).map(
        ([name, value]) =>
          value && (
            <div key={name} className="contents">
              <dt className="text-subtle">{name}</dt>
              <dd className="wrap-anywhere">{value}</dd>
            </div>
          ),
      )}
    </dl>
    {event.tags.length > 0 && (
      <div className="mt-1.5 flex flex-wrap gap-1">
        {event.tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </div>
    )}
    {event.incident_id && (
      <Link
        to="/incidents/$id"
        params={{ id: event.incident_id }}
        className="mt-1.5 inline-block text-xs text-muted underline underline-offset-3 hover:text-fg"
      >
        The incident that is open
      </Link>
    )}
  </li>
)

/** What a body would do with the settings as they stand in the form, without doing it. */
export function Trial({ integration, settings }: { integration: Integration; settings: Values }) {
  const [body, setBody] = useState(() => JSON.stringify(sampleOf(integration), null, 2))
  const trial = useMutation({
    mutationFn: () => api.post<Answer>(`/integrations/${integration.id}/test`, { body, settings }),
  })
  return (
    <Card aria-labelledby="trial">
      <CardHead id="trial" title="Try it" hint="Says what an event would do; nothing is opened, nobody is told." />
      <Form error={trial.error} onSubmit={() => trial.mutate()} className="space-y-3 p-4">
        <Field name="body" label="What the other program sends">
          <Textarea mono rows={8} value={body} maxLength={200_000} spellCheck={false} onValueChange={setBody} />
        </Field>
        <FormError error={trial.error} />
        <Button type="submit" busy={trial.isPending} disabled={!body.trim()}>
          <FlaskConical />
          Try
        </Button>
        <div aria-live="polite">
          {trial.data && (
            <>
              {trial.data.faults.length > 0 && (
                <Notice>
                  {trial.data.faults.map((fault) => (
                    <div key={fault}>{sentence(fault)}</div>
                  ))}
                </Notice>
              )}
              <ul data-trial className="divide-y divide-line">
                {trial.data.events.map((event, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an answer is drawn once and keeps its order
                  <Told key={at} event={event} />
                ))}
              </ul>
              {trial.data.accepted && trial.data.events.length === 0 && (
                <p className="text-sm text-muted">It is taken in, and nothing follows from it.</p>
              )}
            </>
          )}
        </div>
      </Form>
    </Card>
  )
}
