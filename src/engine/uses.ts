import { asc, eq } from 'drizzle-orm'
import type { TargetType } from '#contract/oncall'
import type { Reader } from '#db/client'
import { alert_routing_rules } from '#db/schema/alert-routing-rules'
import { escalation_policies } from '#db/schema/escalation-policies'
import { fail } from '#kernel/fail'

type Named = { id: string; name: string }
/** Which policies call something, and which rules name it. */
export type Uses = { policies: Named[]; rules: Named[] }
type Thing = { type: TargetType | 'policy'; id: string }

const named = ({ id, name }: Named): Named => ({ id, name })

/** What of a workspace would miss this thing. */
export async function usesOf(db: Reader, tenant_id: string, { type, id }: Thing): Promise<Uses> {
  const rules =
    type === 'policy' || type === 'channel'
      ? await db
          .select()
          .from(alert_routing_rules)
          .where(eq(alert_routing_rules.tenant_id, tenant_id))
          .orderBy(asc(alert_routing_rules.position))
      : []
  const policies =
    type === 'policy'
      ? []
      : await db
          .select()
          .from(escalation_policies)
          .where(eq(escalation_policies.tenant_id, tenant_id))
          .orderBy(asc(escalation_policies.name), asc(escalation_policies.id))
  return {
    rules: rules
      .filter(({ actions }) =>
        type === 'policy' ? actions.escalation_policy_id === id : actions.channel_ids?.includes(id),
      )
      .map(named),
    policies: policies
      .filter(({ steps }) => steps.some(({ targets }) => targets.some((one) => one.type === type && one.id === id)))
      .map(named),
  }
}

const list = (names: Named[]) => names.map(({ name }) => `“${name}”`).join(', ')

/** Throws 409 naming what still uses it; in the transaction that would delete it. */
export async function requireUnused(db: Reader, tenant_id: string, thing: Thing): Promise<void> {
  const { policies, rules } = await usesOf(db, tenant_id, thing)
  const parts = [
    policies.length > 0 && `${policies.length === 1 ? 'the policy' : 'the policies'} ${list(policies)}`,
    rules.length > 0 && `${rules.length === 1 ? 'the rule' : 'the rules'} ${list(rules)}`,
  ].filter((part) => part !== false)
  if (parts.length === 0) return
  const message = `This is still used by ${parts.join(' and ')}: change that first`
  throw fail('CONFLICT', { message, details: { policies, rules } })
}
