import { usualEvents } from '#contract/events'
import type { Channel, ChannelType, NoticeEvent } from '@/types'
import { cleaned, defaultsOf, type JsonSchema, type Values } from '@/ui/schema'

export type Draft = {
  name: string
  settings: Values
  events: readonly NoticeEvent[]
  is_default: boolean
  enabled: boolean
  /** ISO; nothing is sent until then. */
  muted_until: string | null
  fallback_id: string | null
  fallback_after_s: number | null
}
/** So long a channel has for an alarm before its stand-in hears of it, unless somebody says otherwise. */
export const STAND_IN_AFTER_S = 120

/** A mail channel most often goes to whoever makes it. */
function startOf({ type, settings }: ChannelType, email: string): Values {
  const { to } = settings.properties
  const values = defaultsOf(settings)
  return type === 'email' && to ? { ...values, to: to.type === 'array' ? [email] : email } : values
}

export const emptyDraft = (type: ChannelType, email: string): Draft => ({
  name: type.title,
  settings: startOf(type, email),
  events: usualEvents,
  is_default: true,
  enabled: true,
  muted_until: null,
  fallback_id: null,
  fallback_after_s: null,
})

export const draftOf = (channel: Channel, schema: JsonSchema): Draft => {
  const { name, settings, events, is_default, enabled, muted_until, fallback_id, fallback_after_s } = channel
  const stand = { muted_until, fallback_id, fallback_after_s }
  return { name, settings: { ...defaultsOf(schema), ...settings }, events, is_default, enabled, ...stand }
}

/** Another provider was picked: its own settings, and its name unless somebody typed one. */
export const withType = (draft: Draft, from: ChannelType, to: ChannelType, email: string): Draft => ({
  ...draft,
  name: draft.name.trim() === '' || draft.name === from.title ? to.title : draft.name,
  settings: startOf(to, email),
})

export const bodyOf = ({ settings, fallback_id, fallback_after_s, ...rest }: Draft, type: ChannelType) => ({
  ...rest,
  fallback_id,
  // Without a stand-in there is nothing to wait for.
  fallback_after_s: fallback_id === null ? null : fallback_after_s,
  type: type.type,
  settings: cleaned(type.settings, settings),
})

/** What is tried before it is saved; stored secrets are taken from the channel named by `id`. */
export const trialOf = ({ settings }: Draft, type: ChannelType, id?: string) => ({
  type: type.type,
  settings: cleaned(type.settings, settings),
  id,
})
