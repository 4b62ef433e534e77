import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { desktop } from '../servers/desktop'
import { pushService } from '../servers/push-service'
import { chromiumPath } from './browser'

/**
 * A Chromium as people have it (not a private window: those have no notifications), on a desktop of ours, whose maker's
 * push service is ours as well. Pages see that service's address where Chromium has its maker's built in.
 */
export async function pushBrowser(base: string) {
  const [service, desk] = await Promise.all([pushService(), desktop()])
  const profile = mkdtempSync(join(tmpdir(), 'xinex-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    // With it there is no line to a push service.
    ignoreDefaultArgs: ['--disable-background-networking'],
    args: ['--no-sandbox', '--disable-gpu', '--disable-component-update', '--no-first-run', ...service.flags],
    env: { ...process.env, ...desk.env } as Record<string, string>,
  })
  await context.grantPermissions(['notifications'], { origin: base })
  await context.addInitScript((url) => {
    const { prototype } = PushSubscription
    const [endpoint, toJSON] = [Object.getOwnPropertyDescriptor(prototype, 'endpoint')?.get, prototype.toJSON]
    const ours = (self: PushSubscription) => `${url}${new URL(String(endpoint?.call(self))).pathname}`
    Object.defineProperty(prototype, 'endpoint', {
      get(this: PushSubscription) {
        return ours(this)
      },
    })
    prototype.toJSON = function (this: PushSubscription) {
      return { ...toJSON.call(this), endpoint: ours(this) }
    }
  }, service.url)
  return {
    service,
    desk,
    context,
    async stop() {
      await context.close()
      desk.stop()
      await service.stop()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}
export type PushBrowser = Awaited<ReturnType<typeof pushBrowser>>
