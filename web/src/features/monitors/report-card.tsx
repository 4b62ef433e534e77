import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import type { Monitor, Verdict } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Glyph, statusLabel } from '@/ui/status'
import { toast } from '@/ui/toast'

const STATUSES = ['up', 'degraded', 'down'] as const
type Reported = (typeof STATUSES)[number]

/** A person says how it stands: three buttons and a sentence. */
export function ReportCard({ monitor }: { monitor: Monitor }) {
  const client = useQueryClient()
  const [message, setMessage] = useState('')
  const { mutate, isPending, variables, error } = useMutation({
    mutationFn: (status: Reported) =>
      api.post<{ verdict: Verdict }>(`/monitors/${monitor.id}/report`, {
        status,
        ...(message.trim() && { message: message.trim() }),
      }),
    onSuccess: async (_, status) => {
      setMessage('')
      toast(`${monitor.name} is reported ${statusLabel[status].toLowerCase()}`)
      await client.invalidateQueries({ queryKey: keys.monitor(monitor.id) })
      void client.invalidateQueries({ queryKey: keys.allMonitors })
    },
  })
  return (
    <Card aria-labelledby="report">
      <CardHead
        id="report"
        title="Report how it stands"
        hint={monitor.enabled ? undefined : 'Paused: resume it first'}
      />
      <Form error={error} onSubmit={() => undefined} className="space-y-3 px-4 py-3.5">
        <Field name="message" label="What you know" optional error={fieldsOf(error).message}>
          <Input
            value={message}
            onValueChange={setMessage}
            maxLength={300}
            autoComplete="off"
            placeholder="Supplier says the line is cut until noon"
          />
        </Field>
        <div className="flex flex-wrap gap-2">
          {STATUSES.map((status) => (
            <Button
              key={status}
              className="coarse:flex-1"
              busy={isPending && variables === status}
              disabled={isPending || !monitor.enabled}
              onClick={() => mutate(status)}
            >
              <Glyph status={status} size={14} />
              Report {statusLabel[status].toLowerCase()}
            </Button>
          ))}
        </div>
        <FormError error={error} known={['message']} />
      </Form>
    </Card>
  )
}
