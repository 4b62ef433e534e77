import { chatDrivers } from '#channels/drivers-chat.fixtures'
import { mailDriver } from '#channels/drivers-mail.fixtures'
import { toolDrivers } from '#channels/drivers-tools.fixtures'

/** One per channel: how to reach it in a test, and what its provider's rules make of words. */
export const drivers = [mailDriver, ...chatDrivers, ...toolDrivers]
