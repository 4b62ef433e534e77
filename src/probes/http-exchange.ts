import type { Phases } from '#probes/define'
import { type HttpAnswer, HttpReader } from '#probes/http-reader'
import type { Link } from '#probes/link'

/** The connection ended before a single byte of the answer; one that was used before may simply have been stale. */
export const unanswered = new WeakSet<object>()

/** Sends one request over HTTP/1.1 and reads the answer. */
export async function exchange(
  link: Link,
  { bytes, head }: { bytes: Uint8Array; head: boolean },
  phases: Phases,
): Promise<HttpAnswer> {
  const sent = performance.now()
  let reader: HttpReader | undefined
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      reader = new HttpReader(head, resolve, reject)
      link.listen(reader)
      link.write(bytes)
    })
  } catch (error) {
    if (!reader?.first_byte_at && error instanceof Object) unanswered.add(error)
    throw error
  } finally {
    if (reader?.first_byte_at) {
      phases.first_byte_ms = reader.first_byte_at - sent
      phases.transfer_ms = performance.now() - reader.first_byte_at
    }
  }
}
