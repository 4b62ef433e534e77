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
import { DigestField } from './digest-field'
import { MatrixField } from './matrix-field'
import { QuietField } from './quiet-field'
import { RulesField } from './rules-field'

const PATH = '/users/me/notification-prefs'
const KEY = ['notification-prefs']
/** While they are off their fields are not in sight, so what is wrong with them is said below. */
const knownOf = ({ quiet_hours, digest }: NotificationPrefs) => [
  /^rules\.\d+\.(delay_s|contact_id)/,
  ...(quiet_hours.enabled ? [/^quiet_hours\.(from|to|days|timezone)/] : []),
  ...(digest.enabled ? [/^digest\.(time|days|timezone)/] : []),
]

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
  const [version, setVersion] = useState(0)
  const discard = () => {
    setDraft(saved)
    setVersion((now) => now + 1)
    save.reset()
  }
  const save = useMutation({
    mutationFn: () => api.put<NotificationPrefs>(PATH, draft),
    onSuccess: (next) => {
      client.setQueryData(KEY, next)
      setSaved(next)
      setDraft(next)
      toast('Your preferences are saved')
    },
  })
  const errors = fieldsOf(save.error)
  const put = (part: Partial<NotificationPrefs>) => setDraft({ ...draft, ...part })
  return (
    <Form error={save.error} onSubmit={() => save.mutate()} className="space-y-4">
      <Card>
        <CardHead title="When you are called" hint="Each rule counts from the moment you are called." />
        <div className="p-4">
          <RulesField rules={draft.rules} choices={choices} errors={errors} onChange={(rules) => put({ rules })} />
        </div>
        <div className="border-t border-line p-4">
          <QuietField quiet={draft.quiet_hours} errors={errors} onChange={(quiet_hours) => put({ quiet_hours })} />
        </div>
      </Card>
      <Card>
        <CardHead title="What you hear of" hint="Calls themselves always come: your rules above say how." />
        <MatrixField matrix={draft.matrix} onChange={(matrix) => put({ matrix })} />
      </Card>
      <Card>
        <CardHead title="Digest" hint="What is unread in your inbox, by mail." />
        <div className="p-4">
          <DigestField key={version} digest={draft.digest} errors={errors} onChange={(digest) => put({ digest })} />
        </div>
      </Card>
      <Card className="sticky bottom-3 z-10 px-4 py-3 shadow-pop" hidden={!dirty && !save.error}>
        <FormError error={save.error} known={knownOf(draft)} className="mb-3" />
        <div className="flex items-center justify-end gap-2">
          <span className="mr-auto text-sm text-muted">Not saved yet</span>
          <Button variant="ghost" onClick={discard}>
            Discard
          </Button>
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!dirty}>
            Save preferences
          </Button>
        </div>
      </Card>
      {dialog}
    </Form>
  )
}

/** How and when somebody is told, and when not. */
export function PrefsForm() {
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    queryKey: KEY,
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => api.get<NotificationPrefs>(PATH, {}, { signal }),
  })
  if (data && isFetchedAfterMount) return <Edit first={data} />
  return (
    <Card>
      <CardHead title="When you are called" />
      {error && !data ? <ErrorState error={error} retry={() => void refetch()} /> : <SkeletonRows rows={3} />}
    </Card>
  )
}
