import { useQuery } from '@tanstack/react-query'
import { useMe } from '@/session'
import { peopleQuery } from './queries'

/** Everybody of the workspace, and their names by id; somebody who has left keeps a place, without a name. */
export function usePeople() {
  const { data } = useQuery(peopleQuery)
  const me = useMe()
  const people = data?.items ?? [{ user_id: me.id, name: me.name }]
  const names = new Map(people.map(({ user_id, name }) => [user_id, name]))
  return {
    people,
    choices: people.map(({ user_id, name }) => ({ value: user_id, label: user_id === me.id ? `${name} (you)` : name })),
    nameOf: (id: string | null) => (id ? (names.get(id) ?? (data ? 'Somebody who left' : '…')) : 'Nobody'),
  }
}
