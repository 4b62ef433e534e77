import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { useMe } from '@/session'
import { Page } from '@/shell/page'
import { useUnsaved } from '@/shell/unsaved'
import type { StatusPage } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { Form, FormError } from '@/ui/field'
import { ErrorState, Skeleton } from '@/ui/states'
import { toast } from '@/ui/toast'
import { ComponentsEditor } from './components-editor'
import { atField, bodyOf, type Draft, draftOf, emptyDraft } from './draft'
import { Basics } from './fields'
import { NoPreview, Preview } from './preview'
import { pageQuery } from './queries'

const KNOWN = [
  'title',
  'slug',
  'description',
  'visibility',
  'theme',
  'timezone',
  'components',
  /^components\.\d+\.(name|group|description|monitor_ids)/,
]

const Frame = ({ title, children }: { title: string; children: ReactNode }) => (
  <Page
    title={title}
    trail={[
      <Link key="pages" to="/status-pages">
        Status pages
      </Link>,
    ]}
  >
    {children}
  </Page>
)

/** The typed things against the stored ones; `store` takes what the server made of them, ids of new components for one. */
function useDraft(page: StatusPage | undefined) {
  const { tenant } = useMe()
  const [draft, setDraft] = useState<Draft>(() => (page ? draftOf(page) : emptyDraft(tenant.timezone)))
  const [stored, setStored] = useState(() => JSON.stringify(bodyOf(draft)))
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const store = (saved: StatusPage) => {
    const next = draftOf(saved)
    // The rows keep their keys: what is unfolded stays unfolded.
    setDraft((before) => ({
      ...next,
      components: next.components.map((one, i) => ({ ...one, key: before.components[i]?.key ?? one.key })),
    }))
    setStored(JSON.stringify(bodyOf(next)))
  }
  return { draft, setDraft, change, store, dirty: JSON.stringify(bodyOf(draft)) !== stored }
}

function useSave(draft: Draft, page: StatusPage | undefined, onSaved: (saved: StatusPage) => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: async () => {
      const body = bodyOf(draft)
      try {
        return await (page
          ? api.put<StatusPage>(`/status-pages/${page.id}`, body)
          : api.post<StatusPage>('/status-pages', body))
      } catch (error) {
        throw atField(error)
      }
    },
    onSuccess: async (saved) => {
      onSaved(saved)
      client.setQueryData(keys.statusPage(saved.id), saved)
      void client.invalidateQueries({ queryKey: keys.allStatusPages })
      toast(page ? `${saved.title} is saved` : `${saved.title} is added`)
      if (!page) await navigate({ to: '/status-pages/$id', params: { id: saved.id }, replace: true })
    },
  })
}

/** The form of one page, new or not, and beside it what its readers see. */
function Editor({ page }: { page?: StatusPage }) {
  const { draft, setDraft, change, store, dirty } = useDraft(page)
  const [follows, setFollows] = useState(!page)
  const { dialog, release } = useUnsaved(dirty)
  const save = useSave(draft, page, (saved) => {
    release()
    store(saved)
  })
  const errors = fieldsOf(save.error)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,560px)]">
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <Basics
            draft={draft}
            onChange={change}
            errors={errors}
            follows={follows}
            onOwnSlug={() => setFollows(false)}
          />
          <ComponentsEditor
            components={draft.components}
            onChange={(edit) => setDraft((before) => ({ ...before, components: edit(before.components) }))}
            errors={errors}
          />
          <footer className="z-10 flex flex-wrap items-center gap-2 rounded-b-lg sm:sticky sm:bottom-0 border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            <div className="ml-auto flex items-center gap-2">
              {page && dirty && <span className="text-xs text-subtle">Not saved yet</span>}
              <Link to="/status-pages" className={buttonClass('ghost')}>
                {page && !dirty ? 'Done' : 'Cancel'}
              </Link>
              <Button type="submit" variant="primary" busy={save.isPending}>
                {page ? 'Save status page' : 'Add status page'}
              </Button>
            </div>
          </footer>
        </Form>
      </Card>
      {page ? <Preview page={page} dirty={dirty} /> : <NoPreview />}
      {dialog}
    </div>
  )
}

function Edit({ id }: { id: string }) {
  // What is being edited must be the present, and must not change under the hands.
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...pageQuery(id),
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  })
  if (error && !data)
    return (
      <Frame title="Status page">
        <ErrorState error={error} retry={() => void refetch()} title="The status page could not be loaded" />
      </Frame>
    )
  if (!data || !isFetchedAfterMount)
    return (
      <Frame title="Status page">
        <Skeleton className="h-[60dvh] w-full rounded-lg" />
      </Frame>
    )
  return (
    <Frame title={data.title}>
      <Editor key={id} page={data} />
    </Frame>
  )
}

/** `/status-pages/new` and `/status-pages/$id`. */
export function StatusPageForm() {
  const { id } = useParams({ strict: false })
  if (id) return <Edit id={id} />
  return (
    <Frame title="New status page">
      <Editor />
    </Frame>
  )
}
