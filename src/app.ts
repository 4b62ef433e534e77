import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Server } from 'bun'
import { Elysia } from 'elysia'
import type { Writer } from '#db/client'
import { openDatabase } from '#db/client'
import { applied, migrate } from '#db/migrate'
import { openHistory } from '#engine/history'
import { createEngine } from '#engine/index'
import { migrations } from '#generated/migrations'
import { createBus } from '#kernel/bus'
import type { Clock } from '#kernel/clock'
import type { Config } from '#kernel/config'
import type { App } from '#kernel/context'
import { openCredentials } from '#kernel/credentials'
import { gateway } from '#kernel/gateway'
import { conventions } from '#kernel/http'
import { tidyIdempotency } from '#kernel/idempotency'
import type { Log } from '#kernel/log'
import { openNet } from '#kernel/net'
import { openApi } from '#kernel/openapi'
import { originOf } from '#kernel/origin'
import { keyFromFile, openVault, parseKey } from '#kernel/secrets'
import { aiHeartbeats } from '#modules/ai-heartbeats/routes'
import { alertRoutingRules } from '#modules/alert-routing-rules/routes'
import { alertRoutes } from '#modules/alerts/routes'
import { analytics } from '#modules/analytics/routes'
import { apiTokens } from '#modules/api-tokens/routes'
import { authentication, recovery, setup } from '#modules/auth/routes'
import {
  deleteLeavers,
  dropExpiredFlows,
  dropExpiredTokens,
  forgetFailures,
  needsSetup,
  offerSetup,
  setUp,
} from '#modules/auth/service'
import { contactMethods } from '#modules/contact-methods/routes'
import { correlationGroups } from '#modules/correlation-groups/routes'
import { drillRoutes } from '#modules/drills/routes'
import { escalationPolicies } from '#modules/escalation-policies/routes'
import { healthCheck } from '#modules/health/routes'
import { fromHealthchecks } from '#modules/healthchecks/door'
import { badges, healthchecksApi } from '#modules/healthchecks/routes'
import { heartbeats } from '#modules/heartbeats/routes'
import { signInThroughOthers } from '#modules/identities/routes'
import { directoryOf, unlinkAll } from '#modules/identities/service'
import { incidents } from '#modules/incidents/routes'
import { eventDoors, foreignDoors } from '#modules/integrations/doors'
import { integrations } from '#modules/integrations/routes'
import { actionLinks, interactions } from '#modules/interactions/routes'
import { createMailDoor } from '#modules/mail-pings/service'
import { createPostman } from '#modules/mails/service'
import { maintenanceWindows } from '#modules/maintenance-windows/routes'
import { profile, sessions } from '#modules/me/routes'
import { messageTemplates } from '#modules/message-templates/routes'
import { secondFactors } from '#modules/mfa/routes'
import { monitors } from '#modules/monitors/routes'
import { notificationChannels } from '#modules/notification-channels/routes'
import { notificationPrefs } from '#modules/notification-prefs/routes'
import { notificationFeed } from '#modules/notifications/routes'
import { grants, oauthDiscovery, oauthServer } from '#modules/oauth/routes'
import { dropDeadGrants, endGrantsOf } from '#modules/oauth/service'
import { onCallAnswers } from '#modules/on-call/routes'
import { foreignPings, pingRoutes } from '#modules/pings/routes'
import { postmortemRoutes } from '#modules/postmortems/routes'
import { createPolls, type Polls } from '#modules/probers/polls'
import { proberRoutes } from '#modules/probers/routes'
import { publicPages, statusPageFast, statusPageHtml } from '#modules/public/routes'
import { pushRoutes } from '#modules/push/routes'
import { pushTokens } from '#modules/push-tokens/routes'
import { onCallSchedules } from '#modules/schedules/routes'
import { signInProviders } from '#modules/sign-in-providers/routes'
import { singleSignOn } from '#modules/sso/routes'
import { dropExpiredMessages, unlinkAll as unlinkSso } from '#modules/sso/service'
import { statusPages } from '#modules/status-pages/routes'
import { team } from '#modules/tenants/routes'
import { purgeTenants } from '#modules/tenants/service'
import { uplinkRoutes } from '#modules/uplink/routes'
import { workspaceRoutes } from '#modules/workspaces/routes'
import type { Seat } from '#modules/ws/connection'
import { live } from '#modules/ws/live'
import { liveTickets } from '#modules/ws/routes'
import { createTickets, type Tickets } from '#modules/ws/tickets'
import type { ProberEvents } from '#probing/define'
import { createWorkerProber } from '#probing/worker'
import { web } from './web'

type Parts = {
  config: Config
  clock: Clock
  log: Log
  version: string
  durable?: boolean
  /** Checks run in a thread of their own, where nothing that keeps this one busy delays them. */
  worker?: boolean
  /** A command beside a running server: it must not change the schema under that. */
  beside?: boolean
}

export const files = (data: string) => ({
  database: join(data, 'xinex.db'),
  history: join(data, 'history.db'),
  key: join(data, 'secrets.key'),
  backups: join(data, 'backups'),
})

/** Nobody else vouches for this account any more. */
const endOtherWaysIn = async (tx: Writer, user_id: string) => {
  await unlinkAll(tx, user_id)
  await unlinkSso(tx, user_id)
}

/** Every route there is. */
export function api(app: App, tickets: Tickets = createTickets(app.clock), polls: Polls = createPolls()) {
  const root = {
    handle: (request: Request): Promise<Response> => inner.handle(request),
    get routes(): { method: string; path: string; hooks?: { body?: unknown } }[] {
      return inner.routes
    },
  }
  // Hosts may be shorter than the framework assumes by default: http://nas/ is a fine address.
  const inner = new Elysia({ handler: { standardHostname: false } })
    .use(conventions(app.log))
    .use(openApi(app.version, () => root))
    .use(healthCheck(app))
    .use(oauthDiscovery(app))
    .group('/api/v1', (v1) =>
      v1
        .use(setup(app))
        .use(authentication(app, directoryOf(app)))
        .use(signInThroughOthers(app))
        .use(signInProviders(app))
        .use(recovery(app, { programs: endGrantsOf, identities: endOtherWaysIn }))
        .use(profile(app))
        .use(sessions(app))
        .use(secondFactors(app))
        .use(grants(app))
        .use(apiTokens(app))
        .use(oauthServer(app))
        .use(singleSignOn(app))
        .use(team(app))
        .use(workspaceRoutes(app))
        .use(proberRoutes(app, polls))
        .use(uplinkRoutes(app))
        .use(monitors(app))
        .use(heartbeats(app))
        .use(aiHeartbeats(app))
        .use(pushRoutes(app))
        .use(pushTokens(app))
        .use(pingRoutes(app))
        .use(notificationChannels(app))
        .use(contactMethods(app))
        .use(notificationPrefs(app))
        .use(notificationFeed(app))
        .use(messageTemplates(app))
        .use(alertRoutingRules(app))
        .use(maintenanceWindows(app))
        .use(escalationPolicies(app))
        .use(incidents(app))
        .use(interactions(app))
        .use(integrations(app))
        .use(eventDoors(app))
        .use(postmortemRoutes(app))
        .use(alertRoutes(app))
        .use(correlationGroups(app))
        .use(drillRoutes(app))
        .use(statusPages(app))
        .use(onCallSchedules(app))
        .use(onCallAnswers(app))
        .use(analytics(app))
        .use(publicPages(app))
        .use(liveTickets(app, tickets)),
    )
    .use(statusPageHtml(app))
    .use(actionLinks(app))
    .use(foreignPings(app))
    .use(foreignDoors(app))
    .use(healthchecksApi(app))
    .use(badges(app))
    .use(web)
  return inner
}

/** Opens the data folder and puts the whole appliance together; nothing runs before `start`. */
export async function openAppliance({
  config,
  clock,
  log,
  version,
  durable = true,
  worker = false,
  beside = false,
}: Parts) {
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  const path = files(config.data)
  const db = await openDatabase(path.database, { durable })
  const backup = async () => {
    mkdirSync(path.backups, { recursive: true, mode: 0o700 })
    const file = join(path.backups, `before-${version}-${clock.now()}.db`)
    await db.client.execute({ sql: 'vacuum into ?', args: [file] })
    log.info('copied the database before migrating', { file })
  }
  if (beside && (await applied(db.client)).length < migrations.length) {
    await db.close()
    throw new Error('The running Xinex is older than this program: upgrade it first, or use its own program')
  }
  const ran = await migrate(db.client, migrations, backup)
  if (ran.length > 0) log.info('migrated the database', { migrations: ran })

  const vault = openVault(config.secretKey ? parseKey(config.secretKey) : keyFromFile(path.key))
  const secure = config.publicUrl?.startsWith('https://') ?? false
  const bus = createBus((error) => log.error('a live listener failed', { error }))
  const policy = { allowPrivate: config.allowPrivate, deny: config.denyAddresses, allow: config.allowAddresses }
  const net = openNet(policy)
  const inWorker = (events: ProberEvents) => createWorkerProber({ clock, log, net: policy, events })
  const mailer = createPostman({ config, clock, log, vault, db })
  const parts = {
    config,
    version,
    log,
    clock,
    vault,
    db,
    bus,
    net,
    mailer,
    credentials: openCredentials({ db, clock, vault, secure, issuer: originOf(config) }),
  }
  const history = openHistory(path.history, {
    ...{ clock, log, durable },
    ...{ keep_days: config.historyDays, figures_days: config.figuresDays },
  })
  const app: App = { ...parts, engine: createEngine(parts, history, worker ? inWorker : undefined) }

  const mailDoor = createMailDoor(app)
  const tickets = createTickets(clock)
  const polls = createPolls()
  const inner = api(app, tickets, polls)
  const page = statusPageFast(app)
  const socket = live(app, tickets)
  const guarded = gateway(app, inner, socket)
  /** Status pages come from memory before anything is counted: their readers arrive in crowds, often from one address. */
  const accept = (request: Request, peer?: string, server?: Server<Seat>) =>
    page(request) ?? fromHealthchecks(request, (one) => guarded(one, peer, server)) ?? guarded(request, peer, server)
  let hourly: { cancel: () => void } | undefined
  /** One that fails is logged and tried again in an hour; the others are done all the same. */
  const chores: (() => Promise<unknown>)[] = [
    () => tidyIdempotency(app, false),
    () => app.credentials.dropExpired(),
    () => app.credentials.accessTokens.tidy(),
    () => dropExpiredFlows(app),
    () => dropExpiredTokens(app),
    () => forgetFailures(app),
    () => dropDeadGrants(app),
    () => dropExpiredMessages(app),
    // First the people, then the workspaces that go with them.
    () => deleteLeavers(app),
    () => purgeTenants(app),
    // What a command beside this server has queued.
    async () => mailer.wake(),
  ]
  let tidying: Promise<void> | undefined
  const tidy = () => {
    hourly = clock.after(3_600_000, tidy)
    const all = async () => {
      for (const chore of chores) await chore().catch((error) => log.error('A regular chore failed', { error }))
    }
    tidying = all()
  }
  return {
    app,
    routes: inner.routes,
    /** Answers a request, or nothing when `server` took the connection over. */
    accept,
    /** Answers a request without a server around it. */
    // Safe: only a server can take a connection over and leave no answer.
    handle: async (request: Request, peer?: string) => (await accept(request, peer)) as Response,
    socket,
    /** The port on which mails to heartbeats are taken in, where they are. */
    mailPort: mailDoor.port,
    /** Before a stop: probers that wait for news are answered now, or their questions would hold it up. */
    endPolls: polls.close,
    async start() {
      await tidyIdempotency(app, true)
      await app.engine.start()
      await mailDoor.start()
      mailer.start()
      hourly = clock.after(3_600_000, tidy)
    },
    async stop() {
      polls.close()
      await mailDoor.stop()
      hourly?.cancel()
      await tidying
      await mailer.stop()
      await app.engine.stop()
      history.close()
      await db.close()
    },
    /** Resolves when nothing is being worked on: checks, messages, mails. */
    async idle() {
      await tidying
      await app.engine.idle()
      await mailer.idle()
    },
    /** For one-shot commands that never started the engine. */
    async close() {
      history.close()
      await db.close()
    },
    /** The first user from the environment, or the token of the set-up wizard when nobody is there yet. */
    async firstStart(): Promise<{ token?: string }> {
      const { adminEmail: email, adminPassword: password } = config
      if (!email || !password || !(await needsSetup(app))) return { token: await offerSetup(app) }
      await setUp(app, { email, password, name: email.split('@')[0] ?? email, workspace: 'Main' })
      log.info('created the first user from XINEX_ADMIN_EMAIL', { email })
      return {}
    },
  }
}
export type Appliance = Awaited<ReturnType<typeof openAppliance>>
