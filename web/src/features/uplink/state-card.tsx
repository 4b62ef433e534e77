import type { ReactNode } from 'react'
import { AnchorStates } from '@/parts/anchor-states'
import { SinceThen } from '@/parts/blind'
import type { MonitorStatus, Uplink } from '@/types'
import { Card } from '@/ui/card'
import { Glyph } from '@/ui/status'

type Words = { glyph: MonitorStatus; title: string; text: ReactNode }
function wordsOf({ anchors, uplink: { state, since, anchors: asked } }: Uplink): Words {
  if (anchors.length === 0)
    return {
      glyph: 'pending',
      title: 'Every failure is believed',
      text: 'Without anchors an outage of this appliance’s own line looks as if everything it watches were down, and everybody is paged.',
    }
  if (state === 'up') {
    const ok = asked.filter((one) => one.ok).length
    return {
      glyph: 'up',
      title: 'Our own network works',
      text: (
        <>
          {asked.length === 1
            ? 'The one anchor answers'
            : `${ok} of ${asked.length} anchors ${ok === 1 ? 'answers' : 'answer'}, one is enough`}
          . Since <SinceThen at={since} />.
        </>
      ),
    }
  }
  if (state === 'down')
    return {
      glyph: 'unknown',
      title: 'Our own network seems down',
      text: (
        <>
          No anchor answers since <SinceThen at={since} />. What fails is unknown, and nobody is paged. What answers is
          up all the same.
        </>
      ),
    }
  return { glyph: 'pending', title: 'The anchors are being asked', text: 'The answer is here in a few seconds.' }
}

/** One sentence about our own way to the network, and what each anchor answered. */
export function StateCard({ state }: { state: Uplink }) {
  const { glyph, title, text } = wordsOf(state)
  return (
    <Card aria-labelledby="own-network">
      <div className="flex items-start gap-3 px-4 py-3.5" role="status">
        <Glyph status={glyph} size={20} className="mt-px" />
        <div className="min-w-0">
          <h3 id="own-network" className="text-md font-medium">
            {title}
          </h3>
          <p className="text-sm text-muted">{text}</p>
        </div>
      </div>
      {state.uplink.anchors.length > 0 && (
        <div className="border-t border-line">
          <AnchorStates anchors={state.uplink.anchors} />
        </div>
      )}
    </Card>
  )
}
