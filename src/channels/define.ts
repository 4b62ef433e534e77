import type { TObject } from '@sinclair/typebox'
import type { Net } from '#kernel/net'

/** What a person must be told, already worded by the engine; a channel only carries it. */
export type Notice = {
  /** Wire name: one of `noticeEvents`, `test`, or `code`. */
  event: string
  kind: 'down' | 'up' | 'acknowledged' | 'updated' | 'test'
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
  /** The incident (or the group it belongs to) it is about: providers that know alerts open, acknowledge and close by it. */
  subject?: string
  /** What a person can do about it right from the message. */
  actions?: NoticeAction[]
  /** Machine-readable body of a webhook. */
  data: Record<string, unknown>
}

/**
 * One button. `url` is signed: opened (GET) it shows a page that asks, posted (POST) it acts, without signing in. `token`
 * (64 characters at most) says the same to those who call us back instead: see `/api/v1/interactions`.
 */
export type NoticeAction = { kind: 'acknowledge' | 'resolve'; label: string; url: string; token: string }

/** `retry`: trying again can help; `give-up`: this message never will; `disable`: the person must fix the settings. */
export class DeliveryError extends Error {
  constructor(
    /** One sentence without secrets: no URL paths, no tokens. */
    message: string,
    readonly outcome: 'retry' | 'give-up' | 'disable',
    readonly retry_after_s?: number,
    /** With `disable`: the device is no more, so it can be forgotten. */
    readonly gone = false,
  ) {
    super(message)
  }
}

export type Answer = { status: number; headers: Headers; text: string; json: () => unknown }

export type PostInit = {
  /** POST unless the provider wants something else (Matrix puts, so that a message sent twice is one). */
  method?: 'POST' | 'PUT' | 'GET' | 'DELETE'
  headers?: Record<string, string>
  /** Exactly one of the three is sent. */
  json?: unknown
  form?: Record<string, string>
  body?: string | Uint8Array
  /** Statuses beyond 2xx that the channel reads itself. */
  expect?: number[]
  /** Keys inside the body: the provider's words are not quoted when they repeat one. Those in URL and headers are known. */
  secrets?: (string | undefined)[]
}

/** Sends under the address policy with a deadline; throws DeliveryError for everything but 2xx and the statuses in `expect`. */
export type Post = (url: string, init: PostInit) => Promise<Answer>

/** The appliance's own mail server, used by e-mail channels that name none. */
export type MailServer = { url: string; from: string }

export type Send<S> = {
  settings: S
  notice: Notice
  post: Post
  net: Net
  mail?: MailServer
  /** The folder of programs that may be run, if there is one. */
  scripts?: string
  now: () => number
}

export type Channel<S extends TObject = TObject> = {
  type: string
  title: string
  summary: string
  /** Where the provider explains how to get the values, for people; never fetched. */
  docs: string
  /** Longer help for the generated docs page, Markdown. */
  notes?: string
  settings: S
  /**
   * Whether a person reads it, so that several messages that wait may become one; not for programs, which need each event.
   */
  people?: boolean
  /** Hears of each incident, also of those that people are told of as a part of something they know: for programs that follow. */
  each?: boolean
  /** Not offered to people: the engine makes it (a device of somebody). */
  hidden?: boolean
  /** Runs a program or reaches into the machine: only an instance admin may set it up. */
  admins_only?: boolean
  /** Names of the settings that are an address: a member may reach themselves through a channel of the workspace with their own. */
  personal?: readonly (keyof S['static'] & string)[]
  /** At most so many messages in so many seconds to one destination; what waits is put together. The first is never held. */
  limits?: readonly { count: number; seconds: number }[]
  /** How a person recognises the destination; never contains a secret. */
  label: (settings: S['static']) => string
  /** Rules that JSON Schema cannot say: field path (`settings.url`) → sentence. Accepts the mask in place of a secret. */
  check?: (settings: S['static']) => Record<string, string>
  /** Resolves when the provider accepted the message; throws DeliveryError otherwise. `answer` is shown in the log. */
  send: (job: Send<S['static']>) => Promise<{ external_id?: string; answer?: string }>
}

export const defineChannel = <S extends TObject>(channel: Channel<S>): Channel<S> => channel
