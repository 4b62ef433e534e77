import {
  Check,
  CircleAlert,
  CircleCheck,
  HeartPulse,
  type LucideIcon,
  Megaphone,
  Receipt,
  ShieldAlert,
  UserPlus,
  Wrench,
} from 'lucide-react'
import type { FeedType } from '#contract/oncall'
import { cx } from '@/ui/cx'

const ICON: Record<FeedType, readonly [LucideIcon, string]> = {
  incident_opened: [CircleAlert, 'text-down'],
  incident_acked: [Check, 'text-muted'],
  incident_resolved: [CircleCheck, 'text-up'],
  monitor_recovered: [CircleCheck, 'text-up'],
  heartbeat_missed: [HeartPulse, 'text-down'],
  heartbeat_recovered: [HeartPulse, 'text-up'],
  maintenance_started: [Wrench, 'text-muted'],
  maintenance_ended: [Wrench, 'text-muted'],
  certificate_expiring: [ShieldAlert, 'text-degraded'],
  channel_failing: [Megaphone, 'text-down'],
  member_joined: [UserPlus, 'text-muted'],
  billing: [Receipt, 'text-muted'],
}

/** A shape of its own for everything that can happen. */
export function Mark({ type }: { type: FeedType }) {
  // A newer server may know more.
  const [Icon, tone] = ICON[type] ?? [CircleAlert, 'text-muted']
  return <Icon aria-hidden strokeWidth={1.75} className={cx('mt-0.5 size-4 shrink-0', tone)} />
}
