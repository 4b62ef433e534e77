import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { severities } from '#contract/statuses'
import { api, fieldsOf } from '@/api'
import { instantOf } from '@/features/on-call/zone'
import { keys } from '@/keys'
import { severityLabel } from '@/parts/incident-words'
import type { Incident, Member, Page } from '@/types'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { Select } from '@/ui/select'
import { useTimeZone } from '@/ui/time'
import type { Dialogue } from './more-actions'
import { listQuery } from './queries'
import { type Asked, useRespond } from './respond'

type Props = { incident: Incident; what: Dialogue; onClose: () => void }
type Part = {
  incident: Incident
  errors: Record<string, string>
  ask: (asked: Asked | null) => void
  asked: Asked | null
}

function AckFields({ errors, ask, asked }: Part) {
  const body = asked?.verb === 'ack' ? asked.body : {}
  return (
    <>
      <Field label="How long" name="for_s" error={errors.for_s} hint="When it runs out, people are called again.">
        <Select
          value={String(body.for_s ?? '')}
          onChange={(value) => ask({ verb: 'ack', body: { ...body, for_s: value === '' ? undefined : Number(value) } })}
          choices={[
            { value: '', label: 'Until it is resolved' },
            { value: '3600', label: '1 hour' },
            { value: '14400', label: '4 hours' },
          ]}
        />
      </Field>
      <Field label="Message" name="message" optional error={errors.message}>
        <Textarea
          rows={3}
          maxLength={2000}
          value={body.message ?? ''}
          onValueChange={(message) => ask({ verb: 'ack', body: { ...body, message: message || undefined } })}
        />
      </Field>
    </>
  )
}

function SnoozeFields({ errors, ask }: Part) {
  const [text, setText] = useState('')
  const zone = useTimeZone()
  const change = (value: string) => {
    setText(value)
    const at = instantOf(value, zone)
    ask(Number.isNaN(at) ? null : { verb: 'snooze', body: { until: new Date(at).toISOString() } })
  }
  return (
    <Field label="Until" name="until" error={errors.until} hint={`In ${zone}, within 30 days.`}>
      <Input type="datetime-local" step={60} value={text} onValueChange={change} />
    </Field>
  )
}

type Named = { id: string; name: string }
function AssignFields({ errors, ask, asked }: Part) {
  const people = useQuery({
    queryKey: [...keys.members, 'all'],
    queryFn: ({ signal }) => api.get<Page<Member>>('/members', { per_page: 100 }, { signal }),
  })
  const policies = useQuery({
    queryKey: [...keys.policies, 'names'],
    queryFn: ({ signal }) => api.get<Page<Named>>('/escalation-policies', { per_page: 100 }, { signal }),
  })
  const body = asked?.verb === 'assign' ? asked.body : null
  const value = body ? ('user_id' in body ? `user:${body.user_id}` : `policy:${body.policy_id}`) : ''
  const choices = [
    ...(people.data?.items ?? []).map(({ user_id, name }) => ({ value: `user:${user_id}`, label: name })),
    ...(policies.data?.items ?? []).map(({ id, name }) => ({ value: `policy:${id}`, label: `Policy “${name}”` })),
  ]
  const change = (chosen: string) => {
    const id = chosen.slice(chosen.indexOf(':') + 1)
    ask({ verb: 'assign', body: chosen.startsWith('user:') ? { user_id: id } : { policy_id: id } })
  }
  return (
    <Field
      label="Assign to"
      name="user_id"
      error={errors.user_id ?? errors.policy_id}
      hint="A person is called at once; a policy is followed from its first step."
    >
      <Select value={value} onChange={change} choices={choices} placeholder="Choose a person or a policy" />
    </Field>
  )
}

function MergeFields({ incident, errors, ask, asked }: Part) {
  const { data } = useQuery(listQuery({ status: 'active' }))
  const others = (data?.items ?? []).filter(({ id, merged_into }) => id !== incident.id && !merged_into)
  const hint = data && others.length === 0 ? 'No other incident is open.' : 'The other one goes on; this one ends.'
  return (
    <Field label="Merge into" name="into" error={errors.into} hint={hint}>
      <Select
        value={asked?.verb === 'merge' ? asked.body.into : ''}
        onChange={(into) => ask({ verb: 'merge', body: { into } })}
        choices={others.map(({ id, title }) => ({ value: id, label: title }))}
        placeholder="Choose an open incident"
      />
    </Field>
  )
}

function EditFields({ incident, errors, ask, asked }: Part) {
  const { title, severity } = asked?.verb === 'edit' ? asked.body : incident
  return (
    <>
      <Field label="Title" name="title" error={errors.title}>
        <Input
          value={title}
          maxLength={200}
          onValueChange={(next) => ask({ verb: 'edit', body: { title: next, severity } })}
        />
      </Field>
      <Field label="Severity" name="severity" error={errors.severity}>
        <Segmented
          label="Severity"
          value={severity}
          onChange={(next) => ask({ verb: 'edit', body: { title, severity: next } })}
          choices={severities.map((value) => ({ value, label: severityLabel[value] }))}
        />
      </Field>
    </>
  )
}

const PARTS = {
  ack: { title: 'Acknowledge', action: 'Acknowledge', Fields: AckFields },
  snooze: { title: 'Snooze', action: 'Snooze', Fields: SnoozeFields },
  assign: { title: 'Assign', action: 'Assign', Fields: AssignFields },
  merge: { title: 'Merge into another incident', action: 'Merge', Fields: MergeFields },
  edit: { title: 'Edit the incident', action: 'Save', Fields: EditFields },
}
const KNOWN = ['for_s', 'message', 'until', 'user_id', 'policy_id', 'into', 'title', 'severity']

export default function RespondDialog({ incident, what, onClose }: Props) {
  const id = useId()
  const [asked, ask] = useState<Asked | null>(what === 'ack' ? { verb: 'ack', body: {} } : null)
  const { mutate, isPending, error } = useRespond(incident.id)
  const { title, action, Fields } = PARTS[what]
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={incident.title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={isPending} disabled={!asked}>
            {action}
          </Button>
        </>
      }
    >
      <Form
        id={id}
        error={error}
        onSubmit={() => asked && mutate(asked, { onSuccess: onClose })}
        className="grid gap-4"
      >
        <Fields incident={incident} errors={fieldsOf(error)} ask={ask} asked={asked} />
        <FormError error={error} known={KNOWN} />
      </Form>
    </Dialog>
  )
}
