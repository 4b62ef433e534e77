import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ExternalLink, Send } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { ApiError, api, fieldsOf } from '@/api'
import { useMe } from '@/session'
import { useUnsaved } from '@/shell/unsaved'
import type { Channel, ChannelType, TestAnswer } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { SchemaForm } from '@/ui/schema-form'
import { toast } from '@/ui/toast'
import { bodyOf, type Draft, draftOf, emptyDraft, trialOf, withType } from './draft'
import { useRenewChannels } from './queries'
import { TestResult } from './test-answer'
import { WhenAndWhether } from './when'

const KNOWN = ['name', 'fallback_id', 'fallback_after_s', 'muted_until', /^events/, /^settings[.[]/]

function useDraft(type: ChannelType, channel: Channel | undefined) {
  const { email } = useMe()
  const [draft, setDraft] = useState<Draft>(() => (channel ? draftOf(channel, type.settings) : emptyDraft(type, email)))
  const [first, setFirst] = useState(() => JSON.stringify(draft))
  const [drawn, setDrawn] = useState(type)
  // Another provider was picked beside the form.
  if (drawn.type !== type.type) {
    const untouched = JSON.stringify(draft) === first
    const next = withType(draft, drawn, type, email)
    setDrawn(type)
    setDraft(next)
    if (untouched) setFirst(JSON.stringify(next))
  }
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  return { draft, change, dirty: JSON.stringify(draft) !== first }
}

/** A message sent with what the form says; its answer grows stale as soon as the form says something else. */
function useTrial(draft: Draft, type: ChannelType, id: string | undefined) {
  const wanted = trialOf(draft, type, id)
  const renew = useRenewChannels()
  const { mutate, data, error, isPending, variables, reset } = useMutation({
    mutationFn: (body: typeof wanted) => api.post<TestAnswer>('/notification-channels/test', body),
    onSuccess: renew,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer of another provider says nothing about this one
  useEffect(() => reset(), [type.type])
  const stale = JSON.stringify(variables) !== JSON.stringify(wanted)
  return { run: () => mutate(wanted), answer: data, error, busy: isPending, stale }
}

function useSave(draft: Draft, type: ChannelType, channel: Channel | undefined, release: () => void) {
  const renew = useRenewChannels()
  const navigate = useNavigate()
  const save = useMutation({
    mutationFn: () => {
      const body = bodyOf(draft, type)
      return channel
        ? api.put<Channel>(`/notification-channels/${channel.id}`, body)
        : api.post<Channel>('/notification-channels', body)
    },
    onSuccess: async (saved) => {
      release()
      void renew()
      toast(channel ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/channels' })
    },
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was wrong with another provider's fields is past
  useEffect(() => save.reset(), [type.type])
  return save
}

const Docs = ({ type }: { type: ChannelType }) => (
  <a
    href={type.docs}
    target="_blank"
    rel="noreferrer"
    className="inline-flex items-center gap-1 text-xs text-muted underline underline-offset-3 hover:text-fg"
  >
    How to set it up
    <ExternalLink aria-hidden className="size-3" />
  </a>
)

type FieldsProps = {
  type: ChannelType
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  errors: Record<string, string>
}
const Fields = ({ type, draft, onChange, errors }: FieldsProps) => (
  <div className="space-y-5 p-5">
    <Field name="name" label="Name" error={errors.name}>
      <Input value={draft.name} maxLength={120} autoComplete="off" onValueChange={(name) => onChange({ name })} />
    </Field>
    <SchemaForm
      key={type.type}
      schema={type.settings}
      value={draft.settings}
      onChange={(settings) => onChange({ settings })}
      errors={errors}
    />
  </div>
)

type EditorProps = { type: ChannelType; channel?: Channel; picker?: ReactNode; aside?: ReactNode }
/** The form of one channel, new or not; a test can be sent before anything is saved. */
export function Editor({ type, channel, picker, aside }: EditorProps) {
  const { draft, change, dirty } = useDraft(type, channel)
  const trial = useTrial(draft, type, channel?.id)
  const { dialog, release } = useUnsaved(dirty)
  const save = useSave(draft, type, channel, release)
  // Whichever was asked last knows best what is wrong with the fields.
  const refused = save.error ?? trial.error
  const errors = { ...fieldsOf(trial.error), ...fieldsOf(save.error) }
  const common = { draft, onChange: change, errors }
  const refusedFields = trial.error instanceof ApiError && Object.keys(trial.error.fields).length > 0
  return (
    <div
      className={
        picker
          ? 'grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-[190px_minmax(0,720px)]'
          : 'grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_380px]'
      }
    >
      {picker}
      <Card className="h-fit">
        <Form error={refused} onSubmit={() => save.mutate()}>
          <CardHead title={type.title} hint={type.summary}>
            <Docs type={type} />
          </CardHead>
          <Fields type={type} {...common} />
          <WhenAndWhether id={channel?.id} {...common} />
          <footer className="z-10 rounded-b-lg sm:sticky sm:bottom-0 border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error ?? (refusedFields ? trial.error : null)} known={KNOWN} className="mb-3" />
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
              <Button busy={trial.busy} onClick={trial.run}>
                <Send />
                Send test
              </Button>
              <div className="min-w-0 flex-1 basis-52">
                <TestResult
                  answer={trial.busy ? undefined : trial.answer}
                  error={trial.busy || refusedFields ? undefined : trial.error}
                  stale={trial.stale}
                />
              </div>
              <div className="ml-auto flex gap-2">
                <Link to="/channels" className={buttonClass('ghost')}>
                  Cancel
                </Link>
                <Button type="submit" variant="primary" busy={save.isPending}>
                  {channel ? 'Save channel' : 'Add channel'}
                </Button>
              </div>
            </div>
          </footer>
        </Form>
      </Card>
      {aside}
      {dialog}
    </div>
  )
}
