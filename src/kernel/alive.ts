import type { Reader, Writer } from '#db/client'
import { readFact, writeFact } from '#kernel/appliance'
import { isoAt } from '#kernel/clock'

const KEY = 'alive_at'

/** Notes that the appliance is watching; at the next start everything after the last note is unknown. */
export const stampAlive = (db: Writer, at: number) => writeFact(db, KEY, isoAt(at))

/** When the appliance was last known to be watching, in milliseconds. */
export async function lastAlive(db: Reader | Writer): Promise<number | undefined> {
  const text = await readFact(db, KEY)
  return text === undefined ? undefined : Date.parse(text)
}
