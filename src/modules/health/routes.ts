import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import * as health from './service'

const Part = t.Object({
  status: t.Union([t.Literal('ok'), t.Literal('failing')]),
  lag_ms: t.Optional(t.Number()),
  age_ms: t.Optional(t.Number()),
})
const View = t.Object({
  status: t.Union([t.Literal('ok'), t.Literal('failing')]),
  version: t.String(),
  checks: t.Object({ database: Part, scheduler: Part, outbox: Part, history: Part }),
})

/** For load balancers and watchdogs: 200 while everything works, 503 naming the part that does not. */
export const healthCheck = (app: App) =>
  new Elysia({ tags: ['Health'] }).get(
    '/health',
    async ({ status }) => {
      const report = await health.check(app)
      return status(report.status === 'ok' ? 200 : 503, report)
    },
    { response: { 200: View, 503: View } },
  )
