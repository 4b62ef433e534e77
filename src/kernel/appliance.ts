import { eq } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { appliance } from '#db/schema/kernel'

/** Single facts about this appliance itself, such as when it was last alive. */
export async function readFact(db: Reader | Writer, key: string): Promise<string | undefined> {
  const [row] = await db.select().from(appliance).where(eq(appliance.key, key))
  return row?.value
}

export const writeFact = (db: Writer, key: string, value: string) =>
  db.insert(appliance).values({ key, value }).onConflictDoUpdate({ target: appliance.key, set: { value } })

export const forgetFact = (db: Writer, key: string) => db.delete(appliance).where(eq(appliance.key, key))
