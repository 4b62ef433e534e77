import { Link, useNavigate } from '@tanstack/react-router'
import { Ellipsis, KeyRound, Plug, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { ListCard } from '@/parts/list-card'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import { useCan } from '@/session'
import { Tag } from '@/ui/bits'
import { Button, buttonClass, IconButton } from '@/ui/button'
import { plural } from '@/ui/format'
import { Menu, MenuItem } from '@/ui/menu'
import { Ago } from '@/ui/time'
import { AddIntegration } from './add'
import { type Integration, integrationsKey } from './data'
import { type Act, type Asked, Questions } from './questions'

function Row({ integration, may, onAct }: { integration: Integration; may: boolean; onAct: (act: Act) => void }) {
  const { id, name, title, enabled, open_incidents, last_event_at } = integration
  return (
    <>
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex flex-wrap items-center gap-x-2 text-sm font-medium wrap-anywhere">
          {may ? (
            <Link to="/settings/integrations/$id" params={{ id }} className="leading-6 hover:underline">
              {name}
            </Link>
          ) : (
            name
          )}
          {!enabled && <Tag title="Its events are refused">Paused</Tag>}
        </div>
        <div className="text-xs text-subtle">
          {title}, {last_event_at ? <Ago at={last_event_at} /> : 'no event yet'},{' '}
          {plural(open_incidents, 'open incident')}
        </div>
      </div>
      {may && (
        <>
          <Link
            to="/settings/integrations/$id"
            params={{ id }}
            aria-label={`Set up ${name}`}
            className={buttonClass('secondary', 'sm')}
          >
            Set up
          </Link>
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

/** Other programs that open and close incidents here. */
export function Integrations() {
  const list = useList<Integration>(integrationsKey, '/integrations')
  const may = useCan('integrations:write')
  const navigate = useNavigate()
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
            void navigate({ to: '/settings/integrations/$id', params: { id: integration.id } })
          }}
        />
      )}
      <Questions asked={asked} onClose={() => setAsked(null)} />
    </SettingsFrame>
  )
}
