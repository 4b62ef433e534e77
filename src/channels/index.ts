import { apns } from '#channels/apns'
import type { Channel } from '#channels/define'
import { discord } from '#channels/discord'
import { email } from '#channels/email'
import { fcm } from '#channels/fcm'
import { ntfy } from '#channels/ntfy'
import { slack } from '#channels/slack'
import { telegram } from '#channels/telegram'
import { webPush } from '#channels/web-push'
import { webhook } from '#channels/webhook'

/** One line per provider, in the order people choose from. A test compares this list with the folder. */
export const channels = [email, webhook, slack, discord, telegram, ntfy, webPush, fcm, apns]

/** Those that people can set up; the others are made by the engine (a device of somebody). */
export const offered = channels.filter(({ hidden }) => !hidden)

const byType = new Map<string, unknown>(channels.map((channel) => [channel.type, channel]))

/** The channel of a stored row; nothing for a type that this version does not have. */
// Safe: the caller hands over only settings that were validated against this channel's own schema.
export const channelOf = (type: string) => byType.get(type) as Channel | undefined
