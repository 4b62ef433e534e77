import { DeliveryError } from '#channels/define'
import { channelOf } from '#channels/index'
import { refusalOf } from '#contract/permissions'
import { connectButtons, type Stored } from '#engine/callbacks'
import type { TestResult } from '#engine/index'
import type { Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'

/** How far a channel reaches: into the machine it runs on, and back to us. */

/** What runs programs on the machine is set up, changed and tried out by whoever runs the machine. */
export function requireAllowed({ actor }: Ctx | Tx, ...types: (string | undefined)[]) {
  if (!types.some((type) => type !== undefined && channelOf(type)?.admins_only)) return
  const refusal = refusalOf(actor, 'instance:admin', '/api/v1/notification-channels')
  if (refusal) throw fail('FORBIDDEN', { message: `Channels of this type are for instance admins. ${refusal}` })
}

/** A message that arrived with buttons that lead nowhere is no success. */
export async function withButtons({ app }: Ctx, stored: Stored, sent: TestResult) {
  try {
    await connectButtons(app, stored)
    return sent
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    return {
      ...sent,
      status: 'failed' as const,
      error: `The message arrived, but its buttons do not act: ${error.message}`,
    }
  }
}
