import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ExternalLink, FlaskConical } from 'lucide-react'
import { useState } from 'react'
import { ApiError, api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { Copyable } from '@/parts/copyable'
import { GroupRoles, roleChoices } from '@/parts/group-roles'
import type { Page, SignInKind, SignInProvider, TenantListItem } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead, Facts } from '@/ui/card'
import { Switch } from '@/ui/choice'
import { Field, Form, FormError, Notice } from '@/ui/field'
import { sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { SchemaForm } from '@/ui/schema-form'
import { Select } from '@/ui/select'
import { toast } from '@/ui/toast'
import { bodyOf, type Draft, draftOf } from './draft'

type TestAnswer = { ok: boolean; message: string; facts: Record<string, string> }
type Change = (part: Partial<Draft>) => void
const NOWHERE = ''

/** Where the provider sends people back to; it is part of its set-up over there. */
const callbackOf = (slug: string) => `${window.location.origin}/api/v1/auth/oauth/${slug}/callback`

function Joining({ draft, change, errors }: { draft: Draft; change: Change; errors: Record<string, string> }) {
  const { data } = useQuery({
    queryKey: keys.tenants,
    queryFn: ({ signal }) => api.get<Page<TenantListItem>>('/tenants', { per_page: 100 }, { signal }),
  })
  const workspaces = (data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
  const known = draft.tenant_id === null || workspaces.some(({ value }) => value === draft.tenant_id)
  return (
    <div className="space-y-4 border-t border-line p-5">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="tenant_id"
          label="New people join"
          error={errors.tenant_id}
          hint="Without a workspace the registration mode decides about people who have no account."
        >
          <Select
            value={draft.tenant_id ?? NOWHERE}
            onChange={(id) => change({ tenant_id: id === NOWHERE ? null : id })}
            choices={[
              { value: NOWHERE, label: 'No workspace' },
              ...workspaces,
              ...(known ? [] : [{ value: draft.tenant_id ?? '', label: 'A workspace you are not in' }]),
            ]}
          />
        </Field>
        <Field name="default_role" label="As" error={errors.default_role}>
          <Select
            value={draft.default_role}
            disabled={draft.tenant_id === null}
            onChange={(default_role) => change({ default_role })}
            choices={roleChoices}
          />
        </Field>
      </div>
      {draft.tenant_id !== null && (
        <GroupRoles
          value={draft.group_roles}
          onChange={(group_roles) => change({ group_roles })}
          error={Object.entries(errors).find(([path]) => path.startsWith('group_roles'))?.[1]}
        />
      )}
      <Switch
        label="Trust its e-mail addresses"
        hint="Somebody whose verified address belongs to an account here is signed in to it without asking. Only for a provider that you run or that knows your people."
        checked={draft.trust_email}
        onChange={(trust_email) => change({ trust_email })}
      />
      <Switch label="Enabled" checked={draft.enabled} onChange={(enabled) => change({ enabled })} />
    </div>
  )
}

const TestResult = ({ answer: { ok, message, facts } }: { answer: TestAnswer }) => (
  <div className="border-t border-line">
    <div className="px-5 pt-3.5">
      {ok ? <p className="text-sm text-up">{sentence(message)}</p> : <Notice>{sentence(message)}</Notice>}
    </div>
    <Facts facts={Object.entries(facts).map(([name, value]) => [sentence(name).replace(/\.$/, ''), value] as const)} />
  </div>
)

const KNOWN = ['name', 'slug', 'tenant_id', 'default_role', /^group_roles/, /^settings[.[]/]

/** One way to sign in; it can be tried before it is saved. */
export function Editor({
  kind,
  provider,
  onDone,
}: {
  kind: SignInKind
  provider?: SignInProvider
  onDone: () => void
}) {
  const cache = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(kind, provider))
  const change: Change = (part) => setDraft((before) => ({ ...before, ...part }))
  const test = useMutation({
    mutationFn: () => {
      const { settings } = bodyOf(draft, kind)
      return api.post<TestAnswer>('/admin/sign-in-providers/test', { id: provider?.id, kind: kind.kind, settings })
    },
  })
  const save = useMutation({
    mutationFn: () => {
      const body = bodyOf(draft, kind)
      return provider
        ? api.put<SignInProvider>(`/admin/sign-in-providers/${provider.id}`, body)
        : api.post<SignInProvider>('/admin/sign-in-providers', body)
    },
    onSuccess: async ({ name }) => {
      await Promise.all(
        [keys.signInProviders, keys.authConfig].map((queryKey) => cache.invalidateQueries({ queryKey })),
      )
      toast(`${name} is saved`)
      onDone()
    },
  })
  const errors = { ...fieldsOf(test.error), ...fieldsOf(save.error) }
  const testRefused = test.error instanceof ApiError && Object.keys(test.error.fields).length > 0
  return (
    <Card>
      <Form error={save.error ?? test.error} onSubmit={() => save.mutate()}>
        <CardHead title={kind.title} hint={kind.summary}>
          <a
            href={kind.docs}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1 text-xs text-muted underline underline-offset-3 hover:text-fg"
          >
            How to set it up
            <ExternalLink aria-hidden className="size-3" />
          </a>
        </CardHead>
        <div className="space-y-5 p-5">
          <div className="grid gap-4 sm:grid-cols-2">
            <Field name="name" label="Name" error={errors.name} hint="Stands on the button of the sign-in page.">
              <Input value={draft.name} autoComplete="off" onValueChange={(name) => change({ name })} />
            </Field>
            <Field name="slug" label="Short name" error={errors.slug} hint="Part of its address.">
              <Input mono value={draft.slug} autoComplete="off" onValueChange={(slug) => change({ slug })} />
            </Field>
          </div>
          {kind.flow === 'redirect' && (
            <Copyable
              label="Redirect address to enter at the provider"
              value={
                provider?.slug === draft.slug && provider.callback_url ? provider.callback_url : callbackOf(draft.slug)
              }
            />
          )}
          <SchemaForm
            schema={kind.settings}
            value={draft.settings}
            onChange={(settings) => change({ settings })}
            errors={errors}
          />
        </div>
        <Joining draft={draft} change={change} errors={errors} />
        {test.data && <TestResult answer={test.data} />}
        <footer className="border-t border-line px-5 py-3">
          <FormError error={save.error ?? (testRefused ? test.error : null)} known={KNOWN} className="mb-3" />
          {test.error && !testRefused && <FormError error={test.error} className="mb-3" />}
          <div className="flex flex-wrap items-center gap-2">
            <Button busy={test.isPending} onClick={() => test.mutate()}>
              <FlaskConical />
              Test this
            </Button>
            <div className="ml-auto flex gap-2">
              <Button variant="ghost" onClick={onDone}>
                Cancel
              </Button>
              <Button type="submit" variant="primary" busy={save.isPending}>
                {provider ? 'Save provider' : 'Add provider'}
              </Button>
            </div>
          </div>
        </footer>
      </Form>
    </Card>
  )
}
