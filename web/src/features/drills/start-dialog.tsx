import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { api, fieldsOf } from '@/api'
import { peopleQuery, policiesQuery } from '@/features/on-call/queries'
import { keys } from '@/keys'
import { Button } from '@/ui/button'
import { Checkbox, Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Textarea } from '@/ui/input'
import { Select } from '@/ui/select'
import type { DrillDetail } from './types'

function People({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  const { data } = useQuery(peopleQuery)
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-sm font-medium">People</legend>
      {data?.items.map(({ user_id, name }) => (
        <Checkbox
          key={user_id}
          label={name}
          checked={value.includes(user_id)}
          onChange={(on) => onChange(on ? [...value, user_id] : value.filter((id) => id !== user_id))}
        />
      ))}
    </fieldset>
  )
}

/** Who is to be called, and what they are told besides that it is a drill. */
export function StartDialog({ onClose }: { onClose: () => void }) {
  const id = useId()
  const navigate = useNavigate()
  const client = useQueryClient()
  const policies = useQuery(policiesQuery)
  const [by, setBy] = useState<'policy' | 'people'>('policy')
  const [policy, setPolicy] = useState('')
  const [people, setPeople] = useState<string[]>([])
  const [message, setMessage] = useState('')
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      api.post<DrillDetail>('/drills', {
        ...(by === 'policy' ? { policy_id: policy } : { user_ids: people }),
        message: message.trim() || undefined,
      }),
    onSuccess: (drill) => {
      void client.invalidateQueries({ queryKey: keys.drills })
      void navigate({ to: '/on-call/drills/$id', params: { id: drill.id } })
    },
  })
  const errors = fieldsOf(error)
  const chosen = by === 'policy' ? policy !== '' : people.length > 0
  return (
    <Dialog
      open
      onClose={onClose}
      title="Start a fire drill"
      description="Real messages go out at once. They say that it is a drill."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={isPending} disabled={!chosen}>
            Start drill
          </Button>
        </>
      }
    >
      <Form id={id} error={error} onSubmit={() => mutate()} className="grid gap-4">
        <div>
          <Segmented
            label="Call"
            value={by}
            onChange={setBy}
            choices={[
              { value: 'policy', label: 'By a policy' },
              { value: 'people', label: 'People at once' },
            ]}
          />
        </div>
        {by === 'policy' ? (
          <Field label="Policy" name="policy_id" error={errors.policy_id}>
            <Select
              value={policy}
              onChange={setPolicy}
              choices={(policies.data?.items ?? []).map(({ id: value, name }) => ({ value, label: name }))}
              placeholder="Choose a policy"
            />
          </Field>
        ) : (
          <People value={people} onChange={setPeople} />
        )}
        <Field label="Message" name="message" optional error={errors.message}>
          <Textarea rows={3} maxLength={500} value={message} onValueChange={setMessage} />
        </Field>
        <FormError error={error} known={['policy_id', 'message']} />
      </Form>
    </Dialog>
  )
}
