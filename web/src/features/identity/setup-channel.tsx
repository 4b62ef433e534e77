import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowRight, Send } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { channelTypesQuery } from '@/parts/data'
import { meQuery } from '@/session'
import type { Channel, ChannelType, TestAnswer } from '@/types'
import { Button } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { ms, sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { cleaned, defaultsOf, type Values } from '@/ui/schema'
import { SchemaForm } from '@/ui/schema-form'
import { Select } from '@/ui/select'
import { ErrorState, Skeleton } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { firstChannelQuery } from './setup-queries'

/** Something to start from: one's own address is who gets told most often. */
function startOf(type: ChannelType, email: string | undefined): Values {
  const values = defaultsOf(type.settings)
  const { to } = type.settings.properties
  if (type.type !== 'email' || !email || !to) return values
  return { ...values, to: to.type === 'array' ? [email] : email }
}

function TestLine({ answer }: { answer: TestAnswer }) {
  const sent = answer.status === 'sent'
  return (
    <p className="flex items-start gap-2 text-sm text-muted">
      <Glyph status={sent ? 'up' : 'down'} size={14} className="mt-0.5" />
      <span className="min-w-0 break-words">
        {sent ? `Delivered in ${ms(answer.duration_ms)}` : sentence(answer.error ?? 'The delivery failed')}
        {answer.answer && `, ${answer.answer}`}
      </span>
    </p>
  )
}

function NewChannel({ types, email, onDone }: { types: ChannelType[]; email?: string; onDone: () => void }) {
  const client = useQueryClient()
  const first = types.find(({ type }) => type === 'email') ?? types[0]
  const [picked, setPicked] = useState(first?.type)
  const type = types.find((one) => one.type === picked)
  const [settings, setSettings] = useState<Values>(() => (first ? startOf(first, email) : {}))
  const [name, setName] = useState('')
  const body = { type: picked, settings: type ? cleaned(type.settings, settings) : {} }
  const test = useMutation({ mutationFn: () => api.post<TestAnswer>('/notification-channels/test', body) })
  const save = useMutation({
    mutationFn: () => api.post<Channel>('/notification-channels', { ...body, name: name.trim() || type?.title }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.allChannels })
      onDone()
    },
  })
  const error = save.error ?? test.error
  const errors = fieldsOf(error)
  if (!type) return null
  const change = (next: string) => {
    const chosen = types.find((one) => one.type === next)
    setPicked(next)
    if (chosen) setSettings(startOf(chosen, email))
    test.reset()
    save.reset()
  }
  return (
    <Form error={error} onSubmit={() => save.mutate()} className="mt-6 space-y-5">
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="By" hint={type.summary}>
          <Select
            value={picked}
            onChange={change}
            choices={types.map((one) => ({ value: one.type, label: one.title }))}
          />
        </Field>
        <Field name="name" label="Name" optional error={errors.name}>
          <Input placeholder={type.title} value={name} onValueChange={setName} />
        </Field>
      </div>
      <SchemaForm
        key={type.type}
        schema={type.settings}
        value={settings}
        errors={errors}
        onChange={(next) => {
          setSettings(next)
          test.reset()
        }}
      />
      <div aria-live="polite">{test.data && <TestLine answer={test.data} />}</div>
      <FormError error={error} known={['name', /^settings\./]} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save channel
          <ArrowRight />
        </Button>
        <Button busy={test.isPending} onClick={() => test.mutate()}>
          <Send />
          Send test
        </Button>
        <Button variant="ghost" onClick={onDone}>
          Skip for now
        </Button>
      </div>
    </Form>
  )
}

/** One way to reach somebody, tried out before it is needed. */
export function WhoGetsTold({ onDone }: { onDone: () => void }) {
  const types = useQuery(channelTypesQuery)
  const { data: me } = useQuery(meQuery)
  const { data: channels } = useQuery(firstChannelQuery)
  const first = channels?.items[0]
  return (
    <>
      <h1 className="text-2xl tracking-tight">Who gets told?</h1>
      <p className="mt-1.5 text-md text-muted">
        {first
          ? `“${first.name}” is told already. More channels are made under Channels.`
          : 'This channel hears about every incident of every monitor. You can be more specific later.'}
      </p>
      {first ? (
        <Button variant="primary" className="mt-6" onClick={onDone}>
          Continue
          <ArrowRight />
        </Button>
      ) : types.error ? (
        <ErrorState error={types.error} retry={() => void types.refetch()} />
      ) : types.data && channels ? (
        <NewChannel types={types.data} email={me?.email} onDone={onDone} />
      ) : (
        <Skeleton className="mt-6 h-48" />
      )}
    </>
  )
}
