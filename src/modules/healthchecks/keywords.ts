import type { PingFilter, PingRule } from '#db/schema/heartbeats'
import { type Spec, wrong } from './spec'

/** A filter in their words: three lists of keywords, and where to look for them. */
type Keywords = {
  start_kw: string
  success_kw: string
  failure_kw: string
  filter_subject: boolean
  filter_body: boolean
  filter_http_body: boolean
  filter_default_fail: boolean
}
const lists = { start_kw: 'start', success_kw: 'success', failure_kw: 'fail' } as const
/** As many rules as a heartbeat may have. */
const MOST = 20

const isTheirs = ({ means }: PingRule) => Object.values<string>(lists).includes(means)
const words = (list: string) => [...new Set(list.split(',').map((word) => word.trim()))].filter(Boolean)

/** Our rules look at a body whichever way it came, so both of their switches for bodies are on or off together. */
export function keywordsOf({ rules, otherwise }: PingFilter): Keywords {
  const theirs = rules.filter(isTheirs)
  const list = (means: PingRule['means']) =>
    [...new Set(theirs.filter((rule) => rule.means === means).map(({ contains }) => contains))].join(',')
  const inBody = theirs.some((rule) => rule.in === 'body')
  return {
    ...{ start_kw: list('start'), success_kw: list('success'), failure_kw: list('fail') },
    ...{ filter_subject: theirs.some((rule) => rule.in === 'subject'), filter_body: inBody, filter_http_body: inBody },
    filter_default_fail: theirs.length > 0 && otherwise === 'fail',
  }
}

/** What the spec changes of them; `subject` and `subject_fail` are their older names for keywords in the subject. */
function changed(spec: Spec, before: Keywords): Keywords {
  const now = { ...before }
  if (spec.subject !== undefined) now.success_kw = spec.subject
  if (spec.subject_fail !== undefined) now.failure_kw = spec.subject_fail
  if (spec.subject !== undefined || spec.subject_fail !== undefined)
    now.filter_subject = now.success_kw !== '' || now.failure_kw !== ''
  const { start_kw, success_kw, failure_kw } = spec
  const given = { start_kw, success_kw, failure_kw, filter_subject: spec.filter_subject }
  const { filter_body, filter_http_body, filter_default_fail } = spec
  const all = { ...given, filter_body, filter_http_body, filter_default_fail }
  return { ...now, ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) }
}

const names = [
  ...(['start_kw', 'success_kw', 'failure_kw', 'subject', 'subject_fail'] as const),
  ...(['filter_subject', 'filter_body', 'filter_http_body', 'filter_default_fail'] as const),
]

/** The filter that a spec asks for; nothing when it says nothing about it. Rules they have no word for stay. */
export function filterOf(spec: Spec, before: PingFilter): Partial<PingFilter> | undefined {
  const post_only = spec.methods === undefined ? undefined : spec.methods === 'POST'
  const filter = post_only === undefined ? {} : { post_only }
  if (names.every((name) => spec[name] === undefined)) return post_only === undefined ? undefined : filter
  const wanted = changed(spec, keywordsOf(before))
  const places = [
    ...(wanted.filter_subject ? (['subject'] as const) : []),
    ...(wanted.filter_body || wanted.filter_http_body ? (['body'] as const) : []),
  ]
  const rules = Object.entries(lists).flatMap(([name, means]) =>
    // Safe: the keys of `lists` are keys of Keywords that hold text.
    words(wanted[name as keyof typeof lists]).flatMap((contains) =>
      places.map((place) => ({ in: place, contains, means })),
    ),
  )
  const all = [...rules, ...before.rules.filter((rule) => !isTheirs(rule))]
  if (all.length > MOST) throw wrong(`there are more than ${MOST} keywords`)
  const otherwise = rules.length === 0 ? 'success' : wanted.filter_default_fail ? 'fail' : 'ignore'
  return { ...filter, rules: all, otherwise }
}
