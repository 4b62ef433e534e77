import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { NotificationPrefs } from '#contract/oncall'
import { api, fieldsOf } from '@/api'
import { useList } from '@/parts/use-list'
import { useUnsaved } from '@/shell/unsaved'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Form, FormError } from '@/ui/field'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { type Contact, contactsKey, contactsPath } from './contacts'
import { QuietField } from './quiet-field'
import { RulesField } from './rules-field'

const PATH = '/users/me/notification-prefs'
const KEY = ['notification-prefs']
const FIELDS = [/^rules\./, /^quiet_hours\.(from|to|days|timezone)/]
/** While they are off their fields are not in sight, so what is wrong with them is said below. */
const knownOf = ({ quiet_hours }: NotificationPrefs) => (quiet_hours.enabled ? FIELDS : FIELDS.slice(0, 1))

function useChoices() {
  const { data } = useList<Contact>(contactsKey, contactsPath)
  const own = (data?.items ?? []).filter(({ id }) => id !== 'email')
  return [
    { value: 'email', label: 'Mail to my account' },
    { value: 'push', label: 'All my browsers and phones' },
    ...own.map(({ id, name, verified }) => ({ value: id, label: verified ? name : `${name} (not confirmed)` })),
  ]
}

function Edit({ first }: { first: NotificationPrefs }) {
  const client = useQueryClient()
  const choices = useChoices()
  const [saved, setSaved] = useState(first)
  const [draft, setDraft] = useState(first)
  const dirty = JSON.stringify(draft) !== JSON.stringify(saved)
  const { dialog } = useUnsaved(dirty)
  const save = useMutation({
    mutationFn: () => api.put<NotificationPrefs>(PATH, draft),
    onSuccess: (next) => {
      client.setQueryData(KEY, next)
      setSaved(next)
      setDraft(next)
      toast('Your rules are saved')
    },
  })
  const errors = fieldsOf(save.error)
  return (
    <Form error={save.error} onSubmit={() => save.mutate()}>
      <div className="space-y-6 p-5">
        <RulesField
          rules={draft.rules}
          choices={choices}
          errors={errors}
          onChange={(rules) => setDraft({ ...draft, rules })}
        />
        <QuietField
          quiet={draft.quiet_hours}
          errors={errors}
          onChange={(quiet_hours) => setDraft({ ...draft, quiet_hours })}
        />
      </div>
      <footer className="border-t border-line px-5 py-3">
        <FormError error={save.error} known={knownOf(draft)} className="mb-3" />
        <div className="flex justify-end">
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!dirty}>
            Save rules
          </Button>
        </div>
      </footer>
      {dialog}
    </Form>
  )
}

/** After how long somebody is told which way, and when not. */
export function PrefsForm() {
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    queryKey: KEY,
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => api.get<NotificationPrefs>(PATH, {}, { signal }),
  })
  return (
    <Card>
      <CardHead title="When you are paged" hint="Each rule counts from the moment you are called." />
      {error && !data ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : !data || !isFetchedAfterMount ? (
        <SkeletonRows rows={3} />
      ) : (
        <Edit first={data} />
      )}
    </Card>
  )
}
