import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight, Send } from 'lucide-react'
import { useId, useState } from 'react'
import { api, sentenceOf } from '@/api'
import { channelsQuery } from '@/parts/data'
import { EditMenu } from '@/parts/edit-menu'
import type { Channel, TestAnswer } from '@/types'
import { Tag } from '@/ui/bits'
import { Button } from '@/ui/button'
import { Switch } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { Notice } from '@/ui/field'
import { duration, sentence } from '@/ui/format'
import { Deliveries } from './deliveries'
import { Failure } from './failure'
import { MutedLine } from './muted-line'
import { ProviderGlyph } from './provider-glyph'
import { useRenewChannels } from './queries'
import { TestResult } from './test-answer'
import { eventWords } from './words'

type Props = { channel: Channel; provider: string; may: boolean; onDelete: () => void }

/** On or off at once; while the server is asked the switch shows what is wanted. */
function useEnabled({ id, enabled }: Channel) {
  const renew = useRenewChannels()
  const { mutate, variables, isPending, error } = useMutation({
    mutationFn: (wanted: boolean) => api.put<Channel>(`/notification-channels/${id}`, { enabled: wanted }),
    onSuccess: renew,
  })
  return { enabled: isPending ? variables : enabled, set: mutate, error }
}

function useTest({ id }: Channel) {
  const renew = useRenewChannels()
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => api.post<TestAnswer>(`/notification-channels/${id}/test`),
    onSuccess: renew,
  })
  return { run: () => mutate(), answer: data, error, busy: isPending }
}

function Words({ channel, provider, may, enabled }: Omit<Props, 'onDelete'> & { enabled: boolean }) {
  const { id, name, label, is_default, events, muted_until, fallback_id, fallback_after_s } = channel
  const { data } = useQuery({ ...channelsQuery, enabled: fallback_id !== null })
  const standIn = data?.items.find((one) => one.id === fallback_id)?.name
  return (
    <div className="min-w-0 flex-1 basis-56">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        {may ? (
          <Link
            to="/channels/$id"
            params={{ id }}
            className="min-w-0 text-sm leading-[24px] font-medium wrap-anywhere hover:underline"
          >
            {name}
          </Link>
        ) : (
          <span className="min-w-0 text-sm font-medium wrap-anywhere">{name}</span>
        )}
        {is_default && <Tag title="Hears about every incident">Default</Tag>}
        {!enabled && <Tag title="Nothing is sent here but tests">Off</Tag>}
      </div>
      <div className="text-xs text-subtle wrap-anywhere">
        {provider}
        {label && label !== provider && (
          <>
            {' '}
            to <span className="text-muted">{label}</span>
          </>
        )}
      </div>
      <div className="text-xs text-subtle">{eventWords(events)}</div>
      <div className="flex flex-wrap gap-x-3 text-xs text-subtle">
        <MutedLine muted_until={muted_until} />
        {fallback_id && (
          <span>
            Stand-in: <span className="text-muted">{standIn ?? 'another channel'}</span>
            {fallback_after_s !== null && ` after ${duration(fallback_after_s)}`}
          </span>
        )}
      </div>
    </div>
  )
}

/** One channel: what it tells whom, whether that works, and everything that can be done about it. */
export function ChannelRow({ channel, provider, may, onDelete }: Props) {
  const { enabled, set, error } = useEnabled(channel)
  const test = useTest(channel)
  const [open, setOpen] = useState(false)
  const panel = useId()
  return (
    <li>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
        <ProviderGlyph type={channel.type} off={!enabled} />
        <Words channel={channel} provider={provider} may={may} enabled={enabled} />
        <div className="flex items-center gap-2 max-sm:w-full max-sm:justify-end">
          <Button
            size="sm"
            variant="ghost"
            aria-expanded={open}
            aria-controls={panel}
            onClick={() => setOpen(!open)}
            className="max-sm:mr-auto max-sm:-ml-2.5"
          >
            <ChevronRight className={cx('transition-transform duration-(--fast)', open && 'rotate-90')} />
            Deliveries
            <span className="sr-only"> of {channel.name}</span>
          </Button>
          {may && (
            <>
              <Button size="sm" busy={test.busy} onClick={test.run}>
                <Send />
                Send test
                <span className="sr-only"> to {channel.name}</span>
              </Button>
              {/* The words are not seen, so their gap is taken back. */}
              <div className="-me-3">
                <Switch
                  label={<span className="sr-only">{channel.name} is on</span>}
                  checked={enabled}
                  onChange={set}
                />
              </div>
              <EditMenu
                name={channel.name}
                to={<Link to="/channels/$id" params={{ id: channel.id }} />}
                onDelete={onDelete}
              />
            </>
          )}
        </div>
      </div>
      <TestResult
        answer={test.busy ? undefined : test.answer}
        error={test.busy ? undefined : test.error}
        className="px-4 not-empty:pb-3 sm:pl-16"
      />
      {error && <Notice className="mx-4 mb-3">{sentence(sentenceOf(error))}</Notice>}
      {channel.failure && <Failure provider={provider} failure={channel.failure} className="mx-4 mb-3" />}
      <div id={panel} hidden={!open} className="border-t border-line bg-sunken sm:pl-12">
        {open && <Deliveries channelId={channel.id} />}
      </div>
    </li>
  )
}
