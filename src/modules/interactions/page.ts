import { subscriberOf } from '#kernel/client-address'
import type { App } from '#kernel/context'
import { AppError, fail } from '#kernel/fail'
import { errorBody } from '#kernel/http'
import { originOf } from '#kernel/origin'
import { createLimiter } from '#kernel/rate-limit'
import { metaOf } from '#kernel/request'
import { type Asked, act, askedBy, type Outcome, outlook, sentenceOf } from './act'
import { headers, lost, question, result, tooMany } from './html'

/** Programs (ntfy's buttons) ask for JSON by name; people's browsers take anything. */
const wantsJson = ({ headers: asked }: Request) => {
  const accept = asked.get('accept') ?? ''
  return /\bapplication\/json\b/.test(accept) && !/\btext\/html\b/.test(accept)
}

const html = (body: string, status = 200, more: Record<string, string> = {}) =>
  new Response(body, { status, headers: { ...headers, ...more } })

const { 'content-type': _, ...quiet } = headers
const json = (body: object, status: number, more: Record<string, string> = {}) =>
  Response.json(body, { status, headers: { ...quiet, ...more } })

/** The page behind a link in a message: it asks when it is opened, and acts when its button is pressed. */
export function linkPage(app: App) {
  const limit = createLimiter(app.clock.now)

  /** Guessing is cut off; whoever has a link that works is not held up by it. */
  function refused(request: Request): Response {
    const allowed = limit('refused', subscriberOf(metaOf(request).address))
    const wait = { 'retry-after': String(Math.max(1, allowed.reset_s - Math.floor(app.clock.now() / 1_000))) }
    const error = allowed.ok
      ? fail('NOT_FOUND', { message: 'This link does not work any more' })
      : fail('RATE_LIMITED', { headers: wait })
    if (wantsJson(request)) return json(errorBody(error), error.status, allowed.ok ? {} : wait)
    return allowed.ok ? html(lost, error.status) : html(tooMany, error.status, wait)
  }

  function shown(request: Request, outcome: Outcome, asked: Asked): Response {
    const { incident } = asked
    const status = outcome === 'forbidden' ? 403 : 200
    if (!wantsJson(request)) return html(result(outcome, asked, originOf(app.config), app.clock.now()), status)
    const message = sentenceOf(outcome, asked)
    if (outcome === 'forbidden') return json(errorBody(fail('FORBIDDEN', { message })), status)
    return json(
      { outcome, message, incident: { id: incident.id, title: incident.title, status: incident.status } },
      200,
    )
  }

  return {
    /** Changes nothing, however often it is read: what scans mails opens every link. */
    async ask(request: Request, token: string): Promise<Response> {
      const asked = await askedBy(app, token)
      if (!asked) return refused(request)
      const outcome = outlook(asked)
      if (outcome !== 'possible') return shown(request, outcome, asked)
      if (!wantsJson(request)) return html(question(asked, originOf(app.config), app.clock.now()))
      const { id, title, status } = asked.incident
      return json({ outcome: 'possible', message: `POST to ${asked.action}`, incident: { id, title, status } }, 200)
    },

    async act(request: Request, token: string): Promise<Response> {
      const { address, request_id } = metaOf(request)
      const asked = await askedBy(app, token)
      if (!asked) return refused(request)
      try {
        const { outcome, asked: after } = await act(app, asked, { address, request_id })
        return shown(request, outcome, after)
      } catch (error) {
        if (error instanceof AppError && error.code === 'NOT_FOUND') return refused(request)
        throw error
      }
    },
  }
}
