import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Globe, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { Copyable } from '@/parts/copyable'
import { ListCard } from '@/parts/list-card'
import { useList } from '@/parts/use-list'
import { useMe } from '@/session'
import type { SsoDomain } from '@/types'
import { Tag } from '@/ui/bits'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog, Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'

function NewDomain({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient()
  const [domain, setDomain] = useState('')
  const add = useMutation({
    mutationFn: () => api.post<SsoDomain>('/sso/domains', { domain: domain.trim() }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: keys.ssoDomains })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a domain"
      description="Addresses of this domain are sent to your identity provider."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-domain" busy={add.isPending} disabled={!domain.trim()}>
            Add domain
          </Button>
        </>
      }
    >
      <Form id="new-domain" error={add.error} onSubmit={() => add.mutate()} className="space-y-4">
        <Field name="domain" label="Domain" error={fieldsOf(add.error).domain}>
          <Input autoFocus autoComplete="off" placeholder="example.com" value={domain} onValueChange={setDomain} />
        </Field>
        <FormError error={add.error} known={['domain']} />
      </Form>
    </Dialog>
  )
}

function Verify({ domain: { id, domain, record }, onClose }: { domain: SsoDomain; onClose: () => void }) {
  const cache = useQueryClient()
  const { instance_admin } = useMe()
  const verify = useMutation({
    mutationFn: () => api.post<SsoDomain>(`/sso/domains/${id}/verify`),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: keys.ssoDomains })
      toast(`${domain} is verified`)
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Verify ${domain}`}
      description={
        instance_admin
          ? 'You run this appliance, so your word is enough. Make sure that the domain belongs to this workspace.'
          : 'Add this record to the DNS of the domain, then press the button. It can take some minutes to be seen.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={verify.isPending} onClick={() => verify.mutate()}>
            Verify
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        {!instance_admin && (
          <>
            <Copyable label={`${record.type} record, name`} value={record.name} />
            <Copyable label="Value" value={record.value} />
          </>
        )}
        <FormError error={verify.error} />
      </div>
    </Dialog>
  )
}

/** Whose addresses belong to this workspace. */
export function Domains() {
  const cache = useQueryClient()
  const list = useList<SsoDomain>(keys.ssoDomains, '/sso/domains')
  const [adding, setAdding] = useState(false)
  const [verifying, setVerifying] = useState<SsoDomain | null>(null)
  const [deleting, setDeleting] = useState<SsoDomain | null>(null)
  return (
    <>
      <ListCard
        title="Domains"
        list={list}
        idOf={({ id }) => id}
        controls={
          <Button size="sm" onClick={() => setAdding(true)}>
            <Globe />
            Add domain
          </Button>
        }
        empty={{
          icon: <Globe />,
          title: 'No domains',
          text: 'Only addresses of a verified domain can sign in through your identity provider.',
        }}
        row={(domain) => (
          <>
            <Globe aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
            <span className="min-w-0 flex-1 truncate text-sm font-medium">{domain.domain}</span>
            {domain.verified ? (
              <Tag>verified</Tag>
            ) : (
              <Button size="sm" onClick={() => setVerifying(domain)} aria-label={`Verify ${domain.domain}`}>
                Verify
              </Button>
            )}
            <IconButton label={`Remove ${domain.domain}`} onClick={() => setDeleting(domain)}>
              <Trash2 />
            </IconButton>
          </>
        )}
      />
      {adding && <NewDomain onClose={() => setAdding(false)} />}
      {verifying && <Verify domain={verifying} onClose={() => setVerifying(null)} />}
      <ConfirmDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Remove ${deleting?.domain}?`}
        effect="People with these addresses can no longer sign in through your identity provider."
        action="Remove domain"
        onConfirm={async () => {
          if (!deleting) return
          await api.del(`/sso/domains/${deleting.id}`)
          await cache.invalidateQueries({ queryKey: keys.ssoDomains })
          toast('Domain removed')
        }}
      />
    </>
  )
}
