import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import type { HeartbeatPing } from '@/types'
import { CopyButton } from '@/ui/bits'
import { Button, buttonClass } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { ErrorState, Skeleton } from '@/ui/states'
import { At } from '@/ui/time'
import { bodyAddress, bodyQuery } from './queries'
import { bytes, pingLabel } from './words'

/** What a ping said. It comes from whoever knows the address, so it is text and nothing but text. */
export function PingBody({ id, ping, onClose }: { id: string; ping: HeartbeatPing | null; onClose: () => void }) {
  const n = ping?.n ?? 0
  const { data, error, refetch } = useQuery({ ...bodyQuery(id, n), enabled: ping !== null })
  if (!ping) return null
  return (
    <Dialog
      wide
      open
      onClose={onClose}
      title={`Body of ping ${n}`}
      description={
        <>
          {pingLabel[ping.kind]}, <At at={ping.at} seconds />, {bytes(ping.body_bytes)}
        </>
      }
      footer={
        <>
          {data !== undefined && (
            <CopyButton text={data} label="Copy the body">
              Copy
            </CopyButton>
          )}
          <a href={bodyAddress(id, n)} download={`ping-${n}.txt`} className={buttonClass()}>
            <Download />
            Download
          </a>
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      {data !== undefined ? (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard.
          tabIndex={0}
          className="max-h-[55dvh] overflow-auto rounded-sm border border-line bg-sunken px-3 py-2 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere"
        >
          {data}
        </pre>
      ) : error ? (
        <ErrorState error={error} retry={refetch} className="py-8" />
      ) : (
        <Skeleton className="h-40 w-full" />
      )}
    </Dialog>
  )
}
