import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Download, Printer } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { useCan } from '@/session'
import { useUnsaved } from '@/shell/unsaved'
import type { Incident, Postmortem } from '@/types'
import { Tag } from '@/ui/bits'
import { Button, buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { Field, FormError, Notice } from '@/ui/field'
import { Textarea } from '@/ui/input'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import './print.css'

const MarkdownView = lazy(() => import('./markdown-view').then((own) => ({ default: own.MarkdownView })))
const partOf = (id: string) => keys.incidentPart(id, 'postmortem')

/** Somebody else saved in the meantime: nothing is written over before a person has decided. */
const Overtaken = ({ by, onMine, onTheirs }: { by: string | null; onMine: () => void; onTheirs: () => void }) => (
  <Notice>
    <p>{by ?? 'Somebody'} has saved another text since you began. Nothing of yours is stored yet.</p>
    <div className="mt-2 flex flex-wrap gap-2">
      <Button size="sm" onClick={onMine}>
        Keep my text
      </Button>
      <Button size="sm" onClick={onTheirs}>
        Take the other text
      </Button>
    </div>
  </Notice>
)

function Editor({ postmortem, onDone }: { postmortem: Postmortem; onDone: () => void }) {
  const [body, setBody] = useState(postmortem.body)
  const [mode, setMode] = useState<'write' | 'preview'>('write')
  const client = useQueryClient()
  const id = postmortem.incident_id
  // What this text was written on top of; another one may have been saved since.
  const [base, setBase] = useState(postmortem.updated_at)
  const [newer, setNewer] = useState<Postmortem | null>(null)
  const { dialog, release } = useUnsaved(body !== postmortem.body)
  const { mutate, isPending, error } = useMutation({
    mutationFn: async (status: Postmortem['status']) => {
      const present = await api.get<Postmortem>(`/incidents/${id}/postmortem`)
      if (present.updated_at !== base) return { present }
      return { saved: await api.put<Postmortem>(`/incidents/${id}/postmortem`, { body, status }) }
    },
    onSuccess: ({ saved, present }) => {
      if (!saved) return setNewer(present)
      release()
      client.setQueryData(partOf(id), saved)
      toast(saved.status === 'published' ? 'Postmortem published' : 'Draft saved')
      onDone()
    },
  })
  return (
    <div className="grid gap-3 px-4 py-3">
      <div>
        <Segmented
          label="Show"
          value={mode}
          onChange={setMode}
          choices={[
            { value: 'write', label: 'Write' },
            { value: 'preview', label: 'Preview' },
          ]}
        />
      </div>
      {mode === 'write' ? (
        <Field label="Postmortem" name="body" error={fieldsOf(error).body} hint="Markdown">
          <Textarea mono rows={18} maxLength={100_000} value={body} onValueChange={setBody} />
        </Field>
      ) : (
        <Suspense>
          <MarkdownView source={body} />
        </Suspense>
      )}
      {newer && (
        <Overtaken
          by={newer.updated_by}
          onMine={() => {
            setBase(newer.updated_at)
            setNewer(null)
          }}
          onTheirs={() => {
            setBody(newer.body)
            setBase(newer.updated_at)
            setNewer(null)
          }}
        />
      )}
      <FormError error={error} known={mode === 'write' ? ['body'] : []} />
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" disabled={isPending || newer !== null} onClick={() => mutate('published')}>
          Publish
        </Button>
        <Button disabled={isPending || newer !== null} onClick={() => mutate('draft')}>
          Save draft
        </Button>
        <Button variant="ghost" onClick={onDone}>
          Cancel
        </Button>
      </div>
      {dialog}
    </div>
  )
}

function Read({ postmortem, onEdit }: { postmortem: Postmortem; onEdit: () => void }) {
  const mayWrite = useCan('incidents:respond')
  const { saved, body, incident_id } = postmortem
  return (
    <div className="grid gap-3 px-4 py-3">
      {saved ? (
        <Suspense>
          <MarkdownView source={body} />
        </Suspense>
      ) : (
        <p className="text-sm text-muted">
          Nobody has written one yet. A first text with the facts and the timeline is ready.
        </p>
      )}
      <div className="flex flex-wrap gap-2 print:hidden">
        {mayWrite && <Button onClick={onEdit}>{saved ? 'Edit postmortem' : 'Write postmortem'}</Button>}
        <a href={`/api/v1/incidents/${incident_id}/export`} download className={buttonClass()}>
          <Download />
          Export Markdown
        </a>
        <Button onClick={() => window.print()}>
          <Printer />
          Print
        </Button>
      </div>
    </div>
  )
}

/** What was learned: read, written and taken along. */
export function PostmortemCard({ incident: { id } }: { incident: Incident }) {
  const [editing, setEditing] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: partOf(id),
    queryFn: ({ signal }) => api.get<Postmortem>(`/incidents/${id}/postmortem`, {}, { signal }),
  })
  return (
    <Card aria-labelledby="incident-postmortem">
      <CardHead id="incident-postmortem" title="Postmortem">
        {data?.saved && <Tag>{data.status === 'published' ? 'Published' : 'Draft'}</Tag>}
      </CardHead>
      {!data ? (
        error ? (
          <ErrorState error={error} retry={refetch} title="The postmortem could not be loaded" />
        ) : (
          <SkeletonRows rows={2} />
        )
      ) : editing ? (
        <Editor postmortem={data} onDone={() => setEditing(false)} />
      ) : (
        <Read postmortem={data} onEdit={() => setEditing(true)} />
      )}
    </Card>
  )
}
