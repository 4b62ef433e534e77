import { apns } from '#channels/apns'
import { awsSns } from '#channels/aws_sns'
import type { Channel } from '#channels/define'
import { discord } from '#channels/discord'
import { email } from '#channels/email'
import { fcm } from '#channels/fcm'
import { googleChat } from '#channels/google_chat'
import { gotify } from '#channels/gotify'
import { jira } from '#channels/jira'
import { matrix } from '#channels/matrix'
import { mattermost } from '#channels/mattermost'
import { msteams } from '#channels/msteams'
import { ntfy } from '#channels/ntfy'
import { opsgenie } from '#channels/opsgenie'
import { pagerduty } from '#channels/pagerduty'
import { pushover } from '#channels/pushover'
import { rocketchat } from '#channels/rocketchat'
import { script } from '#channels/script'
import { signal } from '#channels/signal'
import { slack } from '#channels/slack'
import { syslog } from '#channels/syslog'
import { telegram } from '#channels/telegram'
import { twilio } from '#channels/twilio'
import { webPush } from '#channels/web-push'
import { webhook } from '#channels/webhook'
import { zendesk } from '#channels/zendesk'

/** One line per provider, in the order people choose from. A test compares this list with the folder. */
export const channels = [
  ...[email, webhook, slack, msteams, discord, telegram, mattermost, rocketchat, googleChat],
  ...[ntfy, gotify, pushover, matrix, signal],
  ...[pagerduty, opsgenie, twilio, awsSns, jira, zendesk, syslog, script],
  ...[webPush, fcm, apns],
]

/** Those that people can set up; the others are made by the engine (a device of somebody). */
export const offered = channels.filter(({ hidden }) => !hidden)

const byType = new Map<string, unknown>(channels.map((channel) => [channel.type, channel]))

/** The channel of a stored row; nothing for a type that this version does not have. */
// Safe: the caller hands over only settings that were validated against this channel's own schema.
export const channelOf = (type: string) => byType.get(type) as Channel | undefined
