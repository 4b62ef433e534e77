import { keyOfIncident, type Outcome, keyOf as storedKey } from '#engine/inbound'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { AppError } from '#kernel/fail'
import { bodyOf } from './body'
import { textIn } from './door-own'
import { opsgenie, priorityOf } from './opsgenie'
import type { Order, Taker } from './take'
import type { Integration } from './view'
import { type Json, keyOf, lineOf, MOST_TITLE, objectOf, textOf } from './words'

/** The Alert API of Opsgenie: https://docs.opsgenie.com/docs/alert-api */

/** What came of a request is remembered for so many, as long as the program runs; theirs forget as well. */
const MOST_REMEMBERED = 5_000
type Processed = {
  integration_id: string
  data: {
    success: boolean
    action: string
    processedAt: string
    integrationId: string
    isSuccess: boolean
    status: string
    alertId: string
    alias: string
  }
}
type Done = { action: string; alias: string; outcome: Outcome | undefined }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const verbs = { close: 'close', acknowledge: 'acknowledge', notes: 'comment' } as const
const actions = { close: 'Close', acknowledge: 'Acknowledge', notes: 'AddNote' }
const said: Partial<Record<Outcome['result'], string>> = {
  opened: 'Created alert',
  repeated: 'Increased the count of the alert',
  changed: 'Updated alert',
  closed: 'Closed alert',
  acknowledged: 'Acknowledged alert',
  commented: 'Note added',
}

export function alertsDoor(app: App, { admit, takeIn }: Taker) {
  const { now } = app.clock
  const remembered = new Map<string, Processed>()

  const answer = (status: number, body: Json, started: number, headers?: HeadersInit) => {
    const requestId: string = typeof body.requestId === 'string' ? body.requestId : crypto.randomUUID()
    return Response.json({ ...body, took: (now() - started) / 1_000, requestId }, { status, headers })
  }

  /** Whose key it is, and the body as an object; what is refused is said as they say it. */
  async function judged(request: Request, work: (row: Integration, body: unknown) => Promise<Response>) {
    const started = now()
    const refuse = (status: number, message: string, more: Json = {}) => answer(status, { message, ...more }, started)
    const [, key] = /^GenieKey\s+(\S+)$/i.exec(request.headers.get('authorization')?.trim() ?? '') ?? []
    if (key === undefined) return refuse(401, 'Could not authenticate')
    if (!UUID.test(key)) return refuse(422, 'Key format is not valid!')
    try {
      const row = await admit('opsgenie', key.toLowerCase())
      if (!row) return refuse(401, 'Could not authenticate')
      const text = textIn(request)
      const body = text.trim() === '' ? { value: {} } : bodyOf(text, false)
      if ('fault' in body) return refuse(400, 'Could not parse the request body')
      return await work(row, body.value)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return answer(error.status, { message: error.message }, started, error.headers)
    }
  }

  function accepted({ id }: Integration, { action, alias, outcome }: Done, started: number): Response {
    const requestId = crypto.randomUUID()
    const success = outcome !== undefined && outcome.incident_id !== null
    const status = (outcome && said[outcome.result]) ?? 'Alert does not exist'
    const data = {
      ...{ success, isSuccess: success, action, status, alias: success ? alias : '' },
      ...{ processedAt: isoAt(now()), integrationId: id, alertId: outcome?.incident_id ?? '' },
    }
    remembered.set(requestId, { integration_id: id, data })
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '')
    return answer(202, { result: 'Request will be processed', requestId }, started)
  }

  /** The key under which an alert is kept that is named by alias, or by the id that was given here. */
  async function keyOfNamed(row: Integration, request: Request, name: string): Promise<string | undefined> {
    const type = new URL(request.url).searchParams.get('identifierType') ?? 'id'
    if (type === 'alias') return storedKey(row.id, keyOf(name) ?? '')
    return type === 'id' ? keyOfIncident(app.db.read, row, name) : undefined
  }
  async function order(row: Integration, what: Order | undefined): Promise<Outcome | undefined> {
    return what && (await takeIn(row, [what]))[0]
  }

  return {
    create: (request: Request) =>
      judged(request, async (row, body) => {
        const started = now()
        const { told, faults } = opsgenie.read(body, row.settings, () => crypto.randomUUID())
        const [first] = told
        if (first?.action !== 'open') {
          const message = 'Request body is not processable. Please check the errors.'
          return answer(422, { message, errors: { message: faults.join(' ') } }, started)
        }
        const [outcome] = await takeIn(row, told)
        return accepted(row, { action: 'Create', alias: first.trouble.dedup_key, outcome }, started)
      }),

    /** close, acknowledge, notes. */
    post: (request: Request, name: string, verb: string) =>
      judged(request, async (row, body) => {
        const started = now()
        if (!Object.hasOwn(verbs, verb)) return answer(404, { message: 'No such action' }, started)
        // Safe: one of the keys, as was asked.
        const action = verbs[verb as keyof typeof verbs]
        const { note, user } = objectOf(body)
        const [text, by] = [textOf(note), lineOf(user)]
        if (action === 'comment' && !text) return answer(422, { message: 'Note can not be empty.' }, started)
        const message = text && by ? `${by}: ${text}` : text
        const key = await keyOfNamed(row, request, name)
        const outcome = await order(row, key === undefined ? undefined : { action, key, ...(message && { message }) })
        return accepted(row, { action: actions[verb as keyof typeof verbs], alias: name, outcome }, started)
      }),

    /** message, description, priority. */
    put: (request: Request, name: string, verb: string) =>
      judged(request, async (row, body) => {
        const started = now()
        const { message, description, priority } = objectOf(body)
        const [title, text] = [lineOf(message, MOST_TITLE), textOf(description)]
        const news = { message: title && { title }, description: text && { message: text }, priority: undefined }
        const asked = verb === 'priority' ? { severity: priorityOf(priority, row.settings) } : news[verb as 'message']
        if (!['message', 'description', 'priority'].includes(verb))
          return answer(404, { message: 'No such action' }, started)
        if (!asked) return answer(422, { message: `${verb} can not be empty.` }, started)
        const key = await keyOfNamed(row, request, name)
        const outcome = await order(row, key === undefined ? undefined : { action: 'change', key, ...asked })
        return accepted(row, { action: `Update ${verb}`, alias: name, outcome }, started)
      }),

    status: (request: Request, id: string) =>
      judged(request, async (row) => {
        const known = remembered.get(id)
        const started = now()
        if (known?.integration_id !== row.id) return answer(404, { message: 'Request not found' }, started)
        return answer(200, { data: known.data, requestId: id }, started)
      }),
  }
}
