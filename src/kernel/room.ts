import { fail } from '#kernel/fail'

/** 409 when there are so many already: nobody needs more, and a script gone wrong must not fill the disk. */
export function requireRoom(count: number, most: number, what: string) {
  if (count >= most)
    throw fail('CONFLICT', {
      message: `There are ${most} ${what} already; remove one first`,
      details: { current_count: count, limit: most },
    })
}
