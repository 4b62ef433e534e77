import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { BellRing, Ellipsis, Laptop, Send, Smartphone, Trash2 } from 'lucide-react'
import { api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { useList } from '@/parts/use-list'
import type { TestAnswer } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { Card } from '@/ui/card'
import { sentence } from '@/ui/format'
import { Menu, MenuItem } from '@/ui/menu'
import { Glyph } from '@/ui/status'
import { Ago, Day } from '@/ui/time'
import { toast } from '@/ui/toast'
import { obstacle, ownFingerprint, type PushDevice, turnOff, turnOn } from './browser'
import { hints } from './words'

const path = ({ id }: PushDevice) => `/push-tokens/${id}`

/** Whether this browser is one of them; asked anew after each change, for only the browser itself knows. */
const useOwn = () => useQuery({ queryKey: keys.ownPush, queryFn: ownFingerprint, staleTime: 0 })

function useChanged() {
  const client = useQueryClient()
  return async () => {
    await client.invalidateQueries({ queryKey: keys.ownPush })
    await client.invalidateQueries({ queryKey: keys.pushTokens })
  }
}

/** Turns notifications on in this browser, or says what stands in the way. */
function ThisBrowser({ on }: { on: boolean }) {
  const changed = useChanged()
  const start = useMutation({
    mutationFn: turnOn,
    onSuccess: async () => {
      await changed()
      toast('This browser will be told')
    },
  })
  const hindrance = obstacle()
  if (on && !hindrance) return null
  return (
    <Card className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64 text-sm">
        <div className="font-medium">This browser</div>
        <p className="text-muted">
          {hindrance
            ? hints[hindrance]
            : 'It can show a notification as soon as something needs you, also while no page is open.'}
        </p>
        <div aria-live="polite">
          {start.error && <p className="mt-1 text-down">{sentence(sentenceOf(start.error))}</p>}
        </div>
      </div>
      {!hindrance && (
        <Button variant="primary" busy={start.isPending} onClick={() => start.mutate()}>
          <BellRing />
          Turn on here
        </Button>
      )}
    </Card>
  )
}

type EntryProps = { device: PushDevice; own: boolean; onTest: () => void; onRemove: () => void; busy: boolean }
function Entry({ device, own, onTest, onRemove, busy }: EntryProps) {
  const Icon = device.platform === 'web' ? Laptop : Smartphone
  return (
    <>
      <Icon aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex flex-wrap items-center gap-x-2 text-sm font-medium break-words">
          {device.name}
          {own && (
            <span className="rounded-full bg-accent-soft px-1.5 text-2xs font-medium text-accent">This browser</span>
          )}
        </div>
        <div className="text-xs text-subtle">
          {device.problem ? (
            <span className="inline-flex items-start gap-1 text-down">
              <Glyph status="down" size={12} className="mt-0.5" />
              {device.problem}
            </span>
          ) : (
            <>
              since <Day at={device.created_at} />,{' '}
              {device.last_used_at ? (
                <>
                  last message <Ago at={device.last_used_at} />
                </>
              ) : (
                'no message yet'
              )}
            </>
          )}
        </div>
      </div>
      <Button size="sm" busy={busy} onClick={onTest} aria-label={`Send a test to ${device.name}`}>
        <Send />
        Test
      </Button>
      <Menu
        trigger={
          <IconButton label={`More actions for ${device.name}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem danger onSelect={onRemove}>
          <Trash2 />
          {own ? 'Turn off here' : 'Remove'}
        </MenuItem>
      </Menu>
    </>
  )
}

/** The browsers and phones on which somebody is told, and the one they are looking at. */
export function PushDevices() {
  const list = useList<PushDevice>(keys.pushTokens, '/push-tokens')
  const own = useOwn()
  const changed = useChanged()
  const isOwn = ({ fingerprint }: PushDevice) => fingerprint === own.data
  const test = useMutation({
    mutationFn: (device: PushDevice) => api.post<TestAnswer>(`${path(device)}/test`, {}),
    onSuccess: async ({ status, error }, { name }) => {
      await changed()
      if (status === 'sent') toast(`Sent to ${name}`, { description: 'It should appear there in a moment.' })
      else toast(`Nothing was sent to ${name}`, { description: sentence(error ?? 'It was refused') })
    },
    onError: (error, { name }) => toast(`Nothing was sent to ${name}`, { description: sentence(sentenceOf(error)) }),
  })
  const remove = useMutation({
    mutationFn: async (device: PushDevice) => {
      if (isOwn(device)) await turnOff()
      await api.del(path(device))
    },
    onSuccess: (_, { name }) => toast(`${name} is not told any more`),
    onError: (error, { name }) => toast(`${name} could not be removed`, { description: sentence(sentenceOf(error)) }),
    onSettled: changed,
  })
  const known = list.data?.items.some(isOwn) ?? false
  return (
    <div className="space-y-3">
      {list.data && own.isFetched && <ThisBrowser on={known} />}
      {/* Before the first device the card above says all there is to say. */}
      {(!list.data || list.data.total > 0) && (
        <ListCard
          title="Browsers and phones"
          list={list}
          idOf={({ id }) => id}
          empty={{ icon: <BellRing />, title: 'None yet', text: 'Devices that were turned on appear here.' }}
          row={(device) => (
            <Entry
              device={device}
              own={isOwn(device)}
              busy={test.isPending && test.variables.id === device.id}
              onTest={() => test.mutate(device)}
              onRemove={() => remove.mutate(device)}
            />
          )}
        />
      )}
    </div>
  )
}
