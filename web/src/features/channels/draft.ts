import { noticeEvents } from '#contract/events'
import type { Channel, ChannelType, NoticeEvent } from '@/types'
import { cleaned, defaultsOf, type JsonSchema, type Values } from '@/ui/schema'

export type Draft = {
  name: string
  settings: Values
  events: readonly NoticeEvent[]
  is_default: boolean
  enabled: boolean
}

/** A mail channel most often goes to whoever makes it. */
function startOf({ type, settings }: ChannelType, email: string): Values {
  const { to } = settings.properties
  const values = defaultsOf(settings)
  return type === 'email' && to ? { ...values, to: to.type === 'array' ? [email] : email } : values
}

export const emptyDraft = (type: ChannelType, email: string): Draft => ({
  name: type.title,
  settings: startOf(type, email),
  events: noticeEvents,
  is_default: true,
  enabled: true,
})

export const draftOf = ({ name, settings, events, is_default, enabled }: Channel, schema: JsonSchema): Draft => ({
  name,
  settings: { ...defaultsOf(schema), ...settings },
  events,
  is_default,
  enabled,
})

/** Another provider was picked: its own settings, and its name unless somebody typed one. */
export const withType = (draft: Draft, from: ChannelType, to: ChannelType, email: string): Draft => ({
  ...draft,
  name: draft.name.trim() === '' || draft.name === from.title ? to.title : draft.name,
  settings: startOf(to, email),
})

export const bodyOf = ({ settings, ...rest }: Draft, type: ChannelType) => ({
  ...rest,
  type: type.type,
  settings: cleaned(type.settings, settings),
})

/** What is tried before it is saved; stored secrets are taken from the channel named by `id`. */
export const trialOf = ({ settings }: Draft, type: ChannelType, id?: string) => ({
  type: type.type,
  settings: cleaned(type.settings, settings),
  id,
})
