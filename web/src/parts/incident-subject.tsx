import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Incident } from '@/types'

type About = Pick<Incident, 'monitor_id' | 'monitor_name' | 'heartbeat_id' | 'heartbeat_name'>
export const subjectName = ({ monitor_name, heartbeat_name }: About): string | null => monitor_name ?? heartbeat_name

/** What an incident is about, as a link while it is there; nothing for a report without a subject. */
export function IncidentSubject({
  incident,
  className,
  children = subjectName(incident),
}: {
  incident: About
  className?: string
  /** In place of the name of that time. */
  children?: ReactNode
}) {
  const { monitor_id, heartbeat_id } = incident
  if (heartbeat_id)
    return (
      // One for an agent is led on from there.
      <Link to="/heartbeats/$id" params={{ id: heartbeat_id }} className={className}>
        {children}
      </Link>
    )
  if (monitor_id)
    return (
      <Link to="/monitors/$id" params={{ id: monitor_id }} className={className}>
        {children}
      </Link>
    )
  return <>{children}</>
}
