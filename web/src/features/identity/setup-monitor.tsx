import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowRight, Play } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import type { Monitor, Verdict } from '@/types'
import { Button } from '@/ui/button'
import { Field, Form, FormError } from '@/ui/field'
import { ms } from '@/ui/format'
import { Input } from '@/ui/input'
import { Glyph, statusLabel } from '@/ui/status'
import { parseUrl } from '@/url'
import { firstMonitorQuery } from './setup-queries'

/** People type `example.com`; without a scheme that is https. */
const absolute = (typed: string) => {
  const text = typed.trim()
  return text === '' || /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`
}
const hostOf = (url: string) => parseUrl(url)?.host ?? ''

export function VerdictLine({ verdict }: { verdict: Verdict }) {
  return (
    <div className="flex items-start gap-2.5 rounded-md border border-line bg-surface px-3 py-2.5">
      <Glyph status={verdict.status} className="mt-0.5" />
      <div className="min-w-0">
        <p className="text-sm font-medium">
          {statusLabel[verdict.status]}
          {verdict.response_time_ms !== undefined && (
            <span className="font-normal text-muted">, answered in {ms(verdict.response_time_ms)}</span>
          )}
        </p>
        <p className="text-sm break-words text-muted">{verdict.message}</p>
      </div>
    </div>
  )
}

function Already({ name, onDone }: { name: string; onDone: () => void }) {
  return (
    <>
      <p className="mt-1.5 text-md text-muted">
        You watch “{name}” already. More monitors, of more types, are made under Monitors.
      </p>
      <Button variant="primary" className="mt-6" onClick={onDone}>
        Continue
        <ArrowRight />
      </Button>
    </>
  )
}

function NewMonitor({ onDone }: { onDone: () => void }) {
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const [name, setName] = useState('')
  const url = absolute(typed)
  const test = useMutation({
    mutationFn: () => api.post<{ verdict: Verdict }>('/monitors/test', { type: 'http', url, settings: {} }),
  })
  const create = useMutation({
    mutationFn: () => api.post<Monitor>('/monitors', { type: 'http', url, name: name.trim() || hostOf(url) || url }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.allMonitors })
      onDone()
    },
  })
  const error = create.error ?? test.error
  const errors = fieldsOf(error)
  return (
    <Form error={error} onSubmit={() => create.mutate()} className="mt-6 space-y-5">
      <Field
        name="url"
        label="Address"
        error={errors.url}
        hint="A web page or an API. Addresses inside your own network work as well."
      >
        <div className="flex gap-2">
          <Input
            mono
            type="url"
            inputMode="url"
            autoFocus
            placeholder="https://example.com"
            value={typed}
            onValueChange={(next) => {
              setTyped(next)
              // A verdict about another address would be a lie.
              test.reset()
            }}
          />
          <Button busy={test.isPending} disabled={!url} onClick={() => test.mutate()}>
            <Play />
            Run check
          </Button>
        </div>
      </Field>
      <div aria-live="polite">{test.data && <VerdictLine verdict={test.data.verdict} />}</div>
      <Field name="name" label="Name" optional error={errors.name}>
        <Input placeholder={hostOf(url) || 'example.com'} value={name} onValueChange={setName} />
      </Field>
      <FormError error={error} known={['url', 'name']} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={create.isPending} disabled={!url}>
          Create monitor
          <ArrowRight />
        </Button>
        <Button variant="ghost" onClick={onDone}>
          Skip for now
        </Button>
      </div>
    </Form>
  )
}

/** An address, a look whether it answers, and it is watched from now on. */
export function FirstMonitor({ onDone }: { onDone: () => void }) {
  const { data } = useQuery(firstMonitorQuery)
  const first = data?.items[0]
  return (
    <>
      <h1 className="text-2xl tracking-tight">What should be watched?</h1>
      {first ? (
        <Already name={first.name} onDone={onDone} />
      ) : (
        <>
          <p className="mt-1.5 text-md text-muted">
            It is checked every minute from now on; you can change that later.
          </p>
          <NewMonitor onDone={onDone} />
        </>
      )}
    </>
  )
}
