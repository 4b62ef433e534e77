import { api } from '@/api'
import { ConfirmDialog } from '@/ui/dialog'
import { toast } from '@/ui/toast'
import { type Integration, useRenewIntegrations } from './data'

export type Act = 'key' | 'delete'
export type Asked = { act: Act; integration: Integration }

type Props = { asked: Asked | null; onClose: () => void; onDeleted?: () => unknown }
/** What is asked before a key is renewed or an integration is deleted. */
export function Questions({ asked, onClose, onDeleted }: Props) {
  const renew = useRenewIntegrations()
  if (!asked) return null
  const { act, integration } = asked
  const path = `/integrations/${integration.id}`
  if (act === 'key')
    return (
      <ConfirmDialog
        open
        onClose={onClose}
        title={`Renew the key of “${integration.name}”?`}
        effect="The present key stops working at once: enter the new one in the other program."
        action="Renew key"
        onConfirm={async () => {
          await api.post<Integration>(`${path}/key`)
          await renew()
          toast(`${integration.name} has a new key`)
        }}
      />
    )
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete “${integration.name}”?`}
      effect="Its key stops working at once, and the incidents that it has open are resolved."
      action="Delete integration"
      onConfirm={async () => {
        await api.del(path)
        await onDeleted?.()
        await renew()
        toast(`${integration.name} is deleted`)
      }}
    />
  )
}
