import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { Findings, Question, Told, Trial } from './schema'
import * as service from './service'

const read = { can: 'tenant:read' } as const

/** Who would be called: asked before it matters. */
export const onCallAnswers = (app: App) =>
  new Elysia({ tags: ['On call'] })
    .use(guard(app))
    .post('/on-call/simulate', ({ ctx, body }) => service.ask(ctx, body), { ...read, body: Question, response: Told })
    .post('/alert-routing-rules/test', ({ ctx, body }) => service.trial(ctx, body), {
      ...read,
      body: Trial,
      response: Told,
    })
    .get('/on-call/lint', ({ ctx }) => service.lint(ctx), { ...read, response: Findings })
