import { duration, moment } from '#kernel/words'

type Entry = { kind: string; actor_label: string | null; message: string; at: string }
export type Told = {
  title: string
  status: string
  severity: string
  reason: string | null
  message: string | null
  opened_at: string
  acknowledged_at: string | null
  acknowledged_by: string | null
  resolved_at: string | null
  resolved_by: string | null
  duration_s: number
  monitor_name: string | null
  heartbeat_name: string | null
  timeline: Entry[]
}

/** So that what a target answered, or somebody wrote, is text and never mark-up of the document. */
const plain = (text: string) => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\s*\n\s*/g, ' ')

export const timelineOf = (timeline: Entry[]): string =>
  timeline
    .map(
      ({ at, actor_label, message }) =>
        `- **${moment(at)}** ${actor_label ? `${plain(actor_label)}: ` : ''}${plain(message)}`,
    )
    .join('\n')

const facts = (told: Told): string =>
  [
    ['Severity', told.severity],
    ['About', told.monitor_name ?? told.heartbeat_name],
    ['Began', moment(told.opened_at)],
    [
      'Acknowledged',
      told.acknowledged_at && `${moment(told.acknowledged_at)} by ${told.acknowledged_by ?? 'somebody'}`,
    ],
    ['Ended', told.resolved_at && `${moment(told.resolved_at)}${told.resolved_by ? ` by ${told.resolved_by}` : ''}`],
    ['Lasted', duration(told.duration_s)],
    ['Found', told.message],
  ]
    .filter((row): row is [string, string] => Boolean(row[1]))
    .map(([name, value]) => `| ${name} | ${plain(value)} |`)
    .join('\n')

/** What a postmortem begins as: the facts and the timeline are there, the questions are to be answered. */
export const draftOf = (told: Told): string => `# ${plain(told.title)}

## Summary

_What happened, who noticed, how it ended: three sentences._

| | |
|---|---|
${facts(told)}

## Impact

_Who was affected, how, for how long._

## Timeline

${timelineOf(told.timeline)}

## Causes

_What had to come together; why was it possible?_

## What went well, what did not

## What will be done

- [ ] _What, who, until when_
`

/** The incident as one document: facts, postmortem and timeline. */
export const documentOf = (told: Told, postmortem: string | undefined): string =>
  postmortem ??
  `# ${plain(told.title)}

| | |
|---|---|
${facts(told)}

## Timeline

${timelineOf(told.timeline)}
`
