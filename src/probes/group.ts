import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { defineProbe } from '#probes/define'

/** How many monitors one group holds at most. */
const MOST_MEMBERS = 200

const settings = t.Object({
  members: t.Array(t.String({ minLength: 1, maxLength: 64 }), {
    title: 'Members',
    description: 'The monitors of this group.',
    minItems: 1,
    maxItems: MOST_MEMBERS,
    uniqueItems: true,
    ...ui({ group: 'basic', widget: 'monitors' }),
  }),
  rule: t.Optional(
    oneOf(['worst', 'at_least'], {
      title: 'Rule',
      description: 'As bad as the worst member, or up while enough of them work.',
      default: 'worst',
      ...ui({ group: 'basic', widget: 'segmented', span: 1 }),
    }),
  ),
  at_least: t.Optional(
    t.Integer({
      title: 'Members that must work',
      description: 'With fewer of them the group is down.',
      minimum: 1,
      maximum: MOST_MEMBERS,
      default: 1,
      ...ui({ group: 'basic', span: 1, showIf: { field: 'rule', is: ['at_least'] } }),
    }),
  ),
})

const monitors = (count: number) => `${count} monitor${count === 1 ? '' : 's'}`

/** Up when its members are, as far as its rule asks for. */
export const group = defineProbe({
  type: 'group',
  title: 'Group',
  summary: 'Up when all of its members work, or as many of them as are needed.',
  docs: `Several monitors as one, judged whenever one of them changes; nothing is asked over the network. With *worst* the
group is down as soon as a member is down, and degraded as soon as one is degraded. With *at least* it is up while so many
members work. Members that are paused or not checked yet are left out. While it is not known how a member is, and the
answer depends on it, the group is unknown, which raises no alarm. A group may be a member of another one.`,
  passive: true,
  settings,
  target: ({ settings: { members, rule, at_least = 1 } }) =>
    rule === 'at_least' ? `${at_least} of ${monitors(members.length)}` : `all of ${monitors(members.length)}`,
  check({ settings: { members, rule, at_least = 1 } }): Record<string, string> {
    if (rule !== 'at_least' || at_least <= members.length) return {}
    return { 'settings.at_least': `must be at most ${members.length}, the number of members` }
  },
})
