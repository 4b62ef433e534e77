import type { Notice } from '#channels/define'
import { fit, oneLine } from '#channels/text'

/** What a phone or browser is given to show; the service worker of the web interface and the apps read just this. */
export type PushPayload = {
  title: string
  body: string
  url: string
  /** What it is about: a later message about the same replaces the earlier one. */
  tag: string
  event: string
  kind: Notice['kind']
  severity: Notice['severity']
  urgent: boolean
  at: string
  delivery_id: string
  actions: { action: string; title: string; url: string }[]
}

const TITLE = 200
/** No device shows more of a text than this. */
const BODY = 1_200
const URL_CHARS = 1_024
/** Text costs as many bytes as it has once it is inside JSON. */
const measure = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2

/** The notice within `limit` bytes of JSON; the text is cut first, then buttons are left out. */
export function payloadOf(notice: Notice, limit: number): PushPayload {
  const { event, kind, severity, urgent, at, delivery_id, url } = notice
  const payload: PushPayload = {
    title: fit(oneLine(notice.title), TITLE, { measure }),
    body: '',
    url: url.length <= URL_CHARS ? url : '',
    tag: (notice.subject ?? delivery_id).slice(0, 64),
    ...{ event, kind, severity, urgent, at, delivery_id },
    actions: (notice.actions ?? [])
      .filter((action) => action.url.length <= URL_CHARS)
      .map((action) => ({ action: action.kind, title: fit(oneLine(action.label), 40), url: action.url })),
  }
  const size = () => Buffer.byteLength(JSON.stringify(payload))
  while (size() > limit && payload.actions.length > 0) payload.actions.pop()
  payload.body = fit(notice.body, Math.max(0, Math.min(BODY, limit - size())), { measure })
  return payload
}
