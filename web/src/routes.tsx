import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ApiError } from '@/api'
import { queryClient } from '@/query'
import * as search from '@/search'
import { authConfigQuery, isForServer, meQuery, safeReturn } from '@/session'
import { Gate } from '@/shell/gate'
import { NotFound, PageError } from '@/shell/problems'

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageError })

/** Strangers are sent to where they can become somebody, and come back. */
async function requireSomebody({ location }: { location: { href: string } }) {
  try {
    await queryClient.ensureQueryData(meQuery)
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error
    const { needs_setup } = await queryClient.fetchQuery(authConfigQuery)
    if (needs_setup) throw redirect({ to: '/setup' })
    throw redirect({ to: '/sign-in', search: { return_to: location.href } })
  }
}

/** Everything below needs a signed-in person. */
const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: Gate,
  beforeLoad: requireSomebody,
})
const below = { getParentRoute: () => app } as const
const outside = { getParentRoute: () => root } as const

const overview = () => import('@/features/overview')
const monitorForm = () => import('@/features/monitors/form')
const heartbeatForm = () => import('@/features/heartbeats/form')
const aiHeartbeatForm = () => import('@/features/ai-heartbeats/form')
const channels = () => import('@/features/channels')
const scheduleForm = () => import('@/features/on-call/form')
const policyForm = () => import('@/features/escalation/form')
const ruleForm = () => import('@/features/routing/form')
const statusPages = () => import('@/features/status-pages')
const security = () => import('@/features/security/page')

const routeTree = root.addChildren([
  app.addChildren([
    createRoute({
      ...below,
      path: '/',
      beforeLoad: () => {
        throw redirect({ to: '/overview' })
      },
    }),
    createRoute({ ...below, path: '/overview', component: lazyRouteComponent(overview, 'Overview') }),
    createRoute({
      ...below,
      path: '/monitors',
      validateSearch: search.monitorsSearch,
      component: lazyRouteComponent(() => import('@/features/monitors/list'), 'MonitorList'),
    }),
    createRoute({ ...below, path: '/monitors/new', component: lazyRouteComponent(monitorForm, 'MonitorForm') }),
    createRoute({ ...below, path: '/monitors/new/$type', component: lazyRouteComponent(monitorForm, 'MonitorForm') }),
    createRoute({
      ...below,
      path: '/monitors/$id',
      validateSearch: search.monitorSearch,
      component: lazyRouteComponent(() => import('@/features/monitors/detail'), 'MonitorDetail'),
    }),
    createRoute({ ...below, path: '/monitors/$id/edit', component: lazyRouteComponent(monitorForm, 'MonitorForm') }),
    createRoute({
      ...below,
      path: '/heartbeats',
      validateSearch: search.heartbeatsSearch,
      component: lazyRouteComponent(() => import('@/features/heartbeats/list'), 'HeartbeatList'),
    }),
    createRoute({ ...below, path: '/heartbeats/new', component: lazyRouteComponent(heartbeatForm, 'HeartbeatForm') }),
    createRoute({
      ...below,
      path: '/heartbeats/$id',
      validateSearch: search.heartbeatSearch,
      component: lazyRouteComponent(() => import('@/features/heartbeats/detail'), 'HeartbeatDetail'),
    }),
    createRoute({
      ...below,
      path: '/heartbeats/$id/edit',
      component: lazyRouteComponent(heartbeatForm, 'HeartbeatForm'),
    }),
    createRoute({
      ...below,
      path: '/ai-heartbeats',
      validateSearch: search.heartbeatsSearch,
      component: lazyRouteComponent(() => import('@/features/ai-heartbeats/list'), 'AiHeartbeatList'),
    }),
    createRoute({
      ...below,
      path: '/ai-heartbeats/new',
      component: lazyRouteComponent(aiHeartbeatForm, 'AiHeartbeatForm'),
    }),
    createRoute({
      ...below,
      path: '/ai-heartbeats/$id',
      validateSearch: search.heartbeatSearch,
      component: lazyRouteComponent(() => import('@/features/ai-heartbeats/detail'), 'AiHeartbeatDetail'),
    }),
    createRoute({
      ...below,
      path: '/ai-heartbeats/$id/edit',
      component: lazyRouteComponent(aiHeartbeatForm, 'AiHeartbeatForm'),
    }),
    createRoute({
      ...below,
      path: '/incidents',
      validateSearch: search.incidentsSearch,
      component: lazyRouteComponent(() => import('@/features/incidents/list'), 'IncidentList'),
    }),
    createRoute({
      ...below,
      path: '/incidents/$id',
      component: lazyRouteComponent(() => import('@/features/incidents/detail'), 'IncidentDetail'),
    }),
    createRoute({
      ...below,
      path: '/on-call',
      component: lazyRouteComponent(() => import('@/features/on-call/list'), 'ScheduleList'),
    }),
    createRoute({
      ...below,
      path: '/on-call/schedules/new',
      component: lazyRouteComponent(scheduleForm, 'ScheduleForm'),
    }),
    createRoute({
      ...below,
      path: '/on-call/schedules/$id',
      validateSearch: search.scheduleSearch,
      component: lazyRouteComponent(() => import('@/features/on-call/detail'), 'ScheduleDetail'),
    }),
    createRoute({
      ...below,
      path: '/on-call/schedules/$id/edit',
      component: lazyRouteComponent(scheduleForm, 'ScheduleForm'),
    }),
    createRoute({
      ...below,
      path: '/on-call/policies',
      component: lazyRouteComponent(() => import('@/features/escalation/list'), 'PolicyList'),
    }),
    createRoute({ ...below, path: '/on-call/policies/new', component: lazyRouteComponent(policyForm, 'PolicyForm') }),
    createRoute({ ...below, path: '/on-call/policies/$id', component: lazyRouteComponent(policyForm, 'PolicyForm') }),
    createRoute({
      ...below,
      path: '/on-call/rules',
      component: lazyRouteComponent(() => import('@/features/routing/list'), 'RuleList'),
    }),
    createRoute({ ...below, path: '/on-call/rules/new', component: lazyRouteComponent(ruleForm, 'RuleForm') }),
    createRoute({ ...below, path: '/on-call/rules/$id', component: lazyRouteComponent(ruleForm, 'RuleForm') }),
    createRoute({
      ...below,
      path: '/on-call/simulator',
      validateSearch: search.simulatorSearch,
      component: lazyRouteComponent(() => import('@/features/routing/simulator'), 'Simulator'),
    }),
    createRoute({
      ...below,
      path: '/on-call/drills',
      component: lazyRouteComponent(() => import('@/features/drills/list'), 'DrillList'),
    }),
    createRoute({
      ...below,
      path: '/on-call/drills/$id',
      component: lazyRouteComponent(() => import('@/features/drills/detail'), 'DrillDetail'),
    }),
    createRoute({
      ...below,
      path: '/maintenance',
      component: lazyRouteComponent(() => import('@/features/maintenance/list'), 'MaintenanceList'),
    }),
    createRoute({
      ...below,
      path: '/on-call/findings',
      component: lazyRouteComponent(() => import('@/features/routing/findings'), 'Findings'),
    }),
    createRoute({
      ...below,
      path: '/channels',
      validateSearch: search.pageSearch,
      component: lazyRouteComponent(channels, 'ChannelList'),
    }),
    createRoute({
      ...below,
      path: '/channels/new',
      validateSearch: search.typeSearch,
      component: lazyRouteComponent(channels, 'ChannelForm'),
    }),
    createRoute({
      ...below,
      path: '/message-templates',
      validateSearch: search.templatesSearch,
      component: lazyRouteComponent(() => import('@/features/templates/page'), 'MessageTemplates'),
    }),
    createRoute({
      ...below,
      path: '/settings/integrations/$id',
      component: lazyRouteComponent(() => import('@/features/integrations/detail'), 'IntegrationDetail'),
    }),
    createRoute({ ...below, path: '/channels/$id', component: lazyRouteComponent(channels, 'ChannelForm') }),
    createRoute({
      ...below,
      path: '/status-pages',
      validateSearch: search.pageSearch,
      component: lazyRouteComponent(statusPages, 'StatusPageList'),
    }),
    createRoute({ ...below, path: '/status-pages/new', component: lazyRouteComponent(statusPages, 'StatusPageForm') }),
    createRoute({ ...below, path: '/status-pages/$id', component: lazyRouteComponent(statusPages, 'StatusPageForm') }),
    createRoute({
      ...below,
      path: '/notifications',
      component: lazyRouteComponent(() => import('@/features/inbox/page'), 'Inbox'),
    }),
    createRoute({
      ...below,
      path: '/settings',
      beforeLoad: () => {
        throw redirect({ to: '/settings/profile' })
      },
    }),
    createRoute({
      ...below,
      path: '/settings/profile',
      component: lazyRouteComponent(() => import('@/features/settings/profile'), 'Profile'),
    }),
    createRoute({
      ...below,
      path: '/settings/security',
      validateSearch: search.securitySearch,
      component: lazyRouteComponent(security, 'Security'),
    }),
    createRoute({
      ...below,
      path: '/settings/sessions',
      component: lazyRouteComponent(() => import('@/features/settings/sessions'), 'Sessions'),
    }),
    createRoute({
      ...below,
      path: '/settings/notifications',
      component: lazyRouteComponent(() => import('@/features/notification-prefs/page'), 'Notifications'),
    }),
    createRoute({
      ...below,
      path: '/settings/tokens',
      component: lazyRouteComponent(() => import('@/features/settings/api-tokens'), 'ApiTokens'),
    }),
    createRoute({
      ...below,
      path: '/settings/members',
      component: lazyRouteComponent(() => import('@/features/settings/members'), 'Members'),
    }),
    createRoute({
      ...below,
      path: '/settings/workspace',
      component: lazyRouteComponent(() => import('@/features/settings/workspace'), 'Workspace'),
    }),
    createRoute({
      ...below,
      path: '/settings/sso',
      component: lazyRouteComponent(() => import('@/features/sso/page'), 'Sso'),
    }),
    createRoute({
      ...below,
      path: '/settings/apps',
      component: lazyRouteComponent(() => import('@/features/oauth-clients/list'), 'OAuthClients'),
    }),
    createRoute({
      ...below,
      path: '/settings/integrations',
      component: lazyRouteComponent(() => import('@/features/integrations/page'), 'Integrations'),
    }),
    createRoute({
      ...below,
      path: '/settings/probers',
      component: lazyRouteComponent(() => import('@/features/probers/list'), 'Probers'),
    }),
    createRoute({
      ...below,
      path: '/settings/probers/$id',
      component: lazyRouteComponent(() => import('@/features/probers/detail'), 'ProberDetail'),
    }),
    createRoute({
      ...below,
      path: '/settings/network',
      component: lazyRouteComponent(() => import('@/features/uplink/page'), 'Network'),
    }),
    createRoute({
      ...below,
      path: '/settings/sign-in',
      component: lazyRouteComponent(() => import('@/features/sign-in-providers/page'), 'SignInProviders'),
    }),
    createRoute({
      ...below,
      path: '/settings/appearance',
      component: lazyRouteComponent(() => import('@/features/settings/appearance'), 'Appearance'),
    }),
  ]),
  createRoute({
    ...outside,
    path: '/setup',
    validateSearch: search.setupSearch,
    component: lazyRouteComponent(() => import('@/features/identity/setup'), 'Setup'),
  }),
  createRoute({
    ...outside,
    path: '/sign-in',
    validateSearch: search.signInSearch,
    beforeLoad: async ({ search: { return_to, problem } }) => {
      const me = await queryClient.ensureQueryData(meQuery).catch(() => null)
      // Signed in, they wanted to link an account elsewhere: that page says what went wrong.
      if (me && problem) throw redirect({ to: '/settings/security', search: { problem } })
      const href = safeReturn(return_to)
      if (me) throw redirect({ href, reloadDocument: isForServer(href) })
      const { needs_setup } = await queryClient.fetchQuery(authConfigQuery)
      if (needs_setup) throw redirect({ to: '/setup' })
    },
    component: lazyRouteComponent(() => import('@/features/identity/sign-in'), 'SignIn'),
  }),
  createRoute({
    ...outside,
    path: '/register',
    validateSearch: search.registerSearch,
    component: lazyRouteComponent(() => import('@/features/identity/register'), 'Register'),
  }),
  createRoute({
    ...outside,
    path: '/forgot-password',
    component: lazyRouteComponent(() => import('@/features/identity/forgot-password'), 'ForgotPassword'),
  }),
  createRoute({
    ...outside,
    path: '/reset-password',
    validateSearch: search.tokenSearch,
    component: lazyRouteComponent(() => import('@/features/identity/reset-password'), 'ResetPassword'),
  }),
  createRoute({
    ...outside,
    path: '/verify-email',
    validateSearch: search.tokenSearch,
    component: lazyRouteComponent(() => import('@/features/identity/verify-email'), 'VerifyEmail'),
  }),
  createRoute({
    ...outside,
    path: '/invitation',
    validateSearch: search.tokenSearch,
    component: lazyRouteComponent(() => import('@/features/identity/invitation'), 'Invitation'),
  }),
  createRoute({
    ...outside,
    path: '/consent',
    validateSearch: search.consentSearch,
    beforeLoad: ({ search: { problem }, location }) => (problem ? undefined : requireSomebody({ location })),
    component: lazyRouteComponent(() => import('@/features/identity/consent'), 'Consent'),
  }),
])

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  scrollToTopSelectors: ['#main'],
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
