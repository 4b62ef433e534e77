/**
 * The probing worker: a thread with a loop of its own, so that whatever keeps the main thread busy (a request, a commit,
 * a report) never delays a check nor inflates a response time. No import of this file may await at its top level:
 * messages that arrive before the handler exists would be lost.
 */
import { systemClock } from '#kernel/clock'
import { openNet } from '#kernel/net'
import type { Prober, ProberEvents } from '#probing/define'
import { createProber } from '#probing/prober'
import type { FromWorker, ToWorker } from '#probing/wire'

declare const self: { onmessage: (event: { data: ToWorker }) => void; postMessage: (message: FromWorker) => void }

const ALIVE_MS = 1_000
let prober: Prober | undefined

type Answer = Extract<FromWorker, { kind: 'answer' }>['value']
const post = (message: FromWorker) => self.postMessage(message)
const answer = (id: number, work: Promise<Answer | undefined | void>) =>
  work.then((value) => post({ kind: 'answer', id, value: value ?? undefined }))

function open({ net, gather_ms }: Extract<ToWorker, { kind: 'open' }>) {
  const events: ProberEvents = {
    onResults: (results) => post({ kind: 'results', results }),
    onGap: (gap) => post({ kind: 'gap', gap }),
    onUplink: (uplink) => post({ kind: 'uplink', uplink }),
  }
  const onError = (error: unknown, number: number) => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    post({ kind: 'error', number, message, ...(stack && { stack }) })
  }
  const made = createProber({ clock: systemClock, net: openNet(net), events, gather_ms, onError })
  const tell = () => {
    post({ kind: 'alive', stats: made.stats() })
    systemClock.after(ALIVE_MS, tell)
  }
  tell()
  return made
}

function act(told: Prober, message: Exclude<ToWorker, { kind: 'open' }>) {
  switch (message.kind) {
    case 'start':
      return told.start()
    case 'assign':
      return told.assign(message.assignments, message.first)
    case 'remove':
      return told.remove(message.numbers)
    case 'again':
      return told.again(message.number, message.delay_ms)
    case 'anchors':
      return told.setAnchors(message.anchors)
    case 'check':
      return void answer(message.id, told.check(message.number))
    case 'dry_run':
      return void answer(message.id, told.dryRun(message.job))
    case 'settled':
      return void answer(message.id, told.settled())
    case 'stop':
      return void answer(message.id, told.stop())
  }
}

self.onmessage = ({ data }) => {
  try {
    if (data.kind === 'open') prober = open(data)
    else if (prober) act(prober, data)
  } catch (error) {
    // One thing that cannot be done must not end everything else.
    post({
      kind: 'error',
      number: 0,
      message: `${data.kind}: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}
post({ kind: 'ready' })
