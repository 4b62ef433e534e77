import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { calledBy } from './callback'
import { discordCall } from './discord'
import { linkPage } from './page'
import { slackCall } from './slack'
import { telegramCall } from './telegram'

const Token = t.Object({ token: t.String() })
const Channel = t.Object({ channel_id: t.String({ maxLength: 64 }) })
/** The body is read by the gateway, as bytes; the framework must not touch it. */
const raw = () => ({ parse: 'none' as const, params: Channel })

/** The page behind the links in messages, at the root of the appliance. */
export const actionLinks = (app: App) => {
  const page = linkPage(app)
  return new Elysia({ detail: { hide: true } })
    .get('/a/:token', ({ request, params }) => page.ask(request, params.token), { params: Token })
    .post('/a/:token', ({ request, params }) => page.act(request, params.token), { params: Token })
}

const describe = (provider: string) => ({
  summary: `A button of ours in ${provider} was pressed`,
  description: `Called by ${provider}, and signed by it. Where to enter this address is said in the documentation of channels.`,
})

/** Where buttons inside other programs call us. */
export const interactions = (app: App) =>
  new Elysia({ prefix: '/interactions', tags: ['Interactions'] })
    .post(
      '/slack/:channel_id',
      async ({ request, params }) => {
        await slackCall(await calledBy(app, request, { id: params.channel_id, type: 'slack' }))
        return {}
      },
      { ...raw(), response: t.Object({}), detail: describe('Slack') },
    )
    .post(
      '/telegram/:channel_id',
      async ({ request, params }) => {
        await telegramCall(await calledBy(app, request, { id: params.channel_id, type: 'telegram' }))
        return {}
      },
      { ...raw(), response: t.Object({}), detail: describe('Telegram') },
    )
    .post(
      '/discord/:channel_id',
      async ({ request, params }) =>
        discordCall(await calledBy(app, request, { id: params.channel_id, type: 'discord' })),
      { ...raw(), response: t.Any(), detail: describe('Discord') },
    )
