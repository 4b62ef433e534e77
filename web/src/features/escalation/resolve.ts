import { useQuery } from '@tanstack/react-query'
import { usePeople } from '@/features/on-call/people'
import { schedulesQuery } from '@/features/on-call/queries'
import { channelsQuery } from '@/parts/data'
import type { Resolve } from './words'

/** Everything a step can call, by type, and whom that means now. */
export function useTargets() {
  const { people, nameOf } = usePeople()
  const schedules = useQuery(schedulesQuery).data?.items ?? []
  const channels = useQuery(channelsQuery).data?.items ?? []
  const resolve: Resolve = ({ type, id }) => {
    if (type === 'user') return { kind: type, name: nameOf(id), people: [nameOf(id)] }
    if (type === 'channel') {
      const name = channels.find((one) => one.id === id)?.name ?? 'a deleted channel'
      return { kind: type, name, people: [] }
    }
    const schedule = schedules.find((one) => one.id === id)
    return {
      ...{ kind: type, name: schedule?.name ?? 'a deleted schedule' },
      people: schedule?.on_call.map(({ user_name }) => user_name) ?? [],
    }
  }
  return { people, schedules, channels, resolve }
}
