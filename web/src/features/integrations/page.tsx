import { Ellipsis, KeyRound, Plug, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { ListCard } from '@/parts/list-card'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import { useCan } from '@/session'
import { Tag } from '@/ui/bits'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { plural } from '@/ui/format'
import { Menu, MenuItem } from '@/ui/menu'
import { Ago } from '@/ui/time'
import { toast } from '@/ui/toast'
import { AddIntegration } from './add'
import { type Integration, integrationsKey, useRenewIntegrations } from './data'
import { Enter } from './enter'

type Act = 'enter' | 'key' | 'delete'
type Asked = { act: Act; integration: Integration }

function Row({ integration, may, onAct }: { integration: Integration; may: boolean; onAct: (act: Act) => void }) {
  const { name, title, enabled, open_incidents, last_event_at } = integration
  return (
    <>
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex flex-wrap items-center gap-x-2 text-sm font-medium wrap-anywhere">
          {name}
          {!enabled && <Tag title="Its events are refused">Paused</Tag>}
        </div>
        <div className="text-xs text-subtle">
          {title}, {last_event_at ? <Ago at={last_event_at} /> : 'no event yet'},{' '}
          {plural(open_incidents, 'open incident')}
        </div>
      </div>
      {may && (
        <>
          <Button size="sm" onClick={() => onAct('enter')} aria-label={`Set up ${name}`}>
            Set up
          </Button>
          <Menu
            trigger={
              <IconButton label={`More actions for ${name}`}>
                <Ellipsis />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => onAct('key')}>
              <KeyRound />
              Renew key
            </MenuItem>
            <MenuItem danger onSelect={() => onAct('delete')}>
              <Trash2 />
              Delete
            </MenuItem>
          </Menu>
        </>
      )}
    </>
  )
}

type QuestionsProps = { asked: Asked | null; onAsk: (asked: Asked | null) => void }
/** What follows from a choice in a row: a question, or the values to enter. */
function Questions({ asked, onAsk }: QuestionsProps) {
  const renew = useRenewIntegrations()
  const close = () => onAsk(null)
  if (!asked) return null
  const { act, integration } = asked
  const path = `/integrations/${integration.id}`
  if (act === 'enter') return <Enter integration={integration} onClose={close} />
  if (act === 'key')
    return (
      <ConfirmDialog
        open
        onClose={close}
        title={`Renew the key of “${integration.name}”?`}
        effect="The present key stops working at once: enter the new one in the other program."
        action="Renew key"
        onConfirm={async () => {
          await api.post<Integration>(`${path}/key`)
          await renew()
          toast(`${integration.name} has a new key`, { description: '“Set up” shows it.' })
        }}
      />
    )
  return (
    <ConfirmDialog
      open
      onClose={close}
      title={`Delete “${integration.name}”?`}
      effect="Its key stops working at once. Incidents that it opened stay."
      action="Delete integration"
      onConfirm={async () => {
        await api.del(path)
        await renew()
        toast(`${integration.name} is deleted`)
      }}
    />
  )
}

/** Other programs that open and close incidents here. */
export function Integrations() {
  const list = useList<Integration>(integrationsKey, '/integrations')
  const may = useCan('integrations:write')
  const [adding, setAdding] = useState(false)
  const [asked, setAsked] = useState<Asked | null>(null)
  return (
    <SettingsFrame
      title="Integrations"
      lead="Other programs that open and close incidents here."
      actions={
        may && (
          <Button variant="primary" onClick={() => setAdding(true)}>
            <Plus />
            New integration
          </Button>
        )
      }
    >
      <ListCard
        list={list}
        idOf={({ id }) => id}
        empty={{
          icon: <Plug />,
          title: 'No integrations',
          text: 'Alertmanager, Grafana and what speaks to PagerDuty or Opsgenie can open incidents here.',
        }}
        row={(integration) => (
          <Row integration={integration} may={may} onAct={(act) => setAsked({ act, integration })} />
        )}
      />
      {adding && (
        <AddIntegration
          onClose={() => setAdding(false)}
          onAdded={(integration) => {
            setAdding(false)
            setAsked({ act: 'enter', integration })
          }}
        />
      )}
      <Questions asked={asked} onAsk={setAsked} />
    </SettingsFrame>
  )
}
