import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { defineProbe } from '#probes/define'

const settings = t.Object({
  initial: t.Optional(
    oneOf(['up', 'degraded', 'down'], {
      title: 'At first',
      description: 'What it is until somebody says otherwise.',
      default: 'up',
      ...ui({ group: 'basic', widget: 'segmented', span: 1 }),
    }),
  ),
})

/** What a person or a program last said, until the next time. */
export const manual = defineProbe({
  type: 'manual',
  title: 'Manual',
  summary: 'Up when somebody said so.',
  docs: `For what no check can see: somebody sets the status by hand, or a program with \`POST /api/v1/monitors/{id}/report\`.
It stays as it was set until the next time, and every report counts at once.`,
  passive: true,
  settings,
  target: () => 'set by hand',
})
