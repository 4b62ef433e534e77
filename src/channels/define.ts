import type { TObject } from '@sinclair/typebox'
import type { Net } from '#kernel/net'

/** What a person must be told, already worded by the engine; a channel only carries it. */
export type Notice = {
  /** Wire name: `incident.created | incident.acknowledged | incident.resolved | test`. */
  event: string
  kind: 'down' | 'up' | 'acknowledged' | 'test'
  title: string
  /** Plain text, a few short lines. */
  body: string
  /** Link to the incident in the web interface. */
  url: string
  severity: 'critical' | 'high' | 'medium' | 'low'
  urgent: boolean
  /** Time of the event, ISO 8601; a late message still carries the true time. */
  at: string
  /** Same for every attempt of one message. */
  delivery_id: string
  /** Machine-readable body of a webhook. */
  data: Record<string, unknown>
}

/** `retry`: trying again can help; `give-up`: this message never will; `disable`: the person must fix the settings. */
export class DeliveryError extends Error {
  constructor(
    /** One sentence without secrets: no URL paths, no tokens. */
    message: string,
    readonly outcome: 'retry' | 'give-up' | 'disable',
    readonly retry_after_s?: number,
  ) {
    super(message)
  }
}

export type Answer = { status: number; headers: Headers; text: string; json: () => unknown }

/** POSTs under the address policy with a deadline; throws DeliveryError for everything but 2xx and the statuses in `expect`. */
export type Post = (
  url: string,
  init: { headers?: Record<string, string>; json?: unknown; body?: string; expect?: number[] },
) => Promise<Answer>

/** The appliance's own mail server, used by e-mail channels that name none. */
export type MailServer = { url: string; from: string }

export type Send<S> = { settings: S; notice: Notice; post: Post; net: Net; mail?: MailServer; now: () => number }

export type Channel<S extends TObject = TObject> = {
  type: string
  title: string
  summary: string
  /** Where the provider explains how to get the values, for people; never fetched. */
  docs: string
  /** Longer help for the generated docs page, Markdown. */
  notes?: string
  settings: S
  /** How a person recognises the destination; never contains a secret. */
  label: (settings: S['static']) => string
  /** Rules that JSON Schema cannot say: field path (`settings.url`) → sentence. Accepts the mask in place of a secret. */
  check?: (settings: S['static']) => Record<string, string>
  /** Resolves when the provider accepted the message; throws DeliveryError otherwise. `answer` is shown in the log. */
  send: (job: Send<S['static']>) => Promise<{ external_id?: string; answer?: string }>
}

export const defineChannel = <S extends TObject>(channel: Channel<S>): Channel<S> => channel
