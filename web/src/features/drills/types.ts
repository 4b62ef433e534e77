import type { IncidentStatus } from '@/types'

export type Drill = {
  id: string
  title: string
  message: string | null
  status: IncidentStatus
  started_at: string
  ended_at: string | null
  called: number
  answered: number
}
export type DrillDetail = Drill & {
  people: {
    user_id: string
    user_name: string
    step: number
    called_at: string
    delivered_at: string | null
    acknowledged_at: string | null
    answer_s: number | null
    ways: { name: string; status: string; error: string | null }[]
  }[]
}
