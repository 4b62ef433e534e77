import { Type as t } from '@sinclair/typebox'
import { ui } from '#kernel/form'
import { defineProbe } from '#probes/define'

const settings = t.Object({
  grace_s: t.Optional(
    t.Integer({
      title: 'Grace',
      description: 'How long after its interval a report may still arrive.',
      minimum: 0,
      maximum: 86_400,
      default: 60,
      ...ui({ group: 'basic', span: 1, suffix: 's' }),
    }),
  ),
})

/** Up while something elsewhere keeps reporting. */
export const push = defineProbe({
  type: 'push',
  title: 'Push',
  summary: 'Up while something elsewhere keeps reporting that it is well.',
  docs: `For what cannot be reached from here: the other side calls us. \`POST /api/v1/monitors/{id}/push-key\` makes the secret
address to call, once per interval or more often; \`status\` (up, degraded, down), \`msg\` and \`ping\` (milliseconds) may stand in
the query, in a form or in JSON. When no report came within the interval and the grace, the monitor fails.`,
  passive: true,
  settings,
  target: () => 'reports from elsewhere',
})
