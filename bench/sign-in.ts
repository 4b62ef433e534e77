/**
 * Whether a storm of wrong sign-ins delays the checks, and whether the right password still works after it:
 *   bun bench/sign-in.ts [--binary dist/xinex] [--monitors 1000] [--interval 10] [--seconds 30]
 * Three windows of one run with the same monitors: quiet; 100 wrong passwords at once for one account, from 100 addresses,
 * once a second; 100 at once for 100 accounts, where each really costs a hash as far as the queue takes them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EMAIL, firstLine, PASSWORD, serve, tokenFrom } from './appliance'

const { values } = parseArgs({
  options: {
    binary: { type: 'string', default: 'dist/xinex' },
    monitors: { type: 'string', default: '1000' },
    interval: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
  },
})
const interval = Number(values.interval)
const seconds = Number(values.seconds)
const AT_ONCE = 100

type Late = { checks: number; late_ms: { p50: number; p99: number; max: number } }
let address = 0
const nextAddress = () => `10.${(++address >> 16) & 255}.${(address >> 8) & 255}.${address & 255}`

const signIn = (base: string, email: string, password: string, device = '') =>
  fetch(`${base}/api/v1/auth/login`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': nextAddress(),
      ...(device && { cookie: device }),
    },
    body: JSON.stringify({ email, password }),
  })

/** One window: storms once a second, all of them counted by status; then how late the checks were meanwhile. */
async function window(base: string, target: string, who?: (i: number) => string) {
  await fetch(`${target}/reset`, { method: 'POST' })
  const statuses: Record<number, number> = {}
  const asked: Promise<void>[] = []
  for (let second = 0; second < seconds; second++) {
    for (let i = 0; who && i < AT_ONCE; i++)
      asked.push(
        signIn(base, who(second * AT_ONCE + i), 'certainly wrong').then(({ status }) => {
          statuses[status] = (statuses[status] ?? 0) + 1
        }),
      )
    await Bun.sleep(1000)
  }
  const late = (await (await fetch(`${target}/stats?interval_ms=${interval * 1000}`)).json()) as Late
  await Promise.all(asked)
  return { ...late, statuses }
}

const child = Bun.spawn([process.execPath, join(import.meta.dir, 'target.ts')], { stdout: 'pipe', stderr: 'inherit' })
const target = `http://127.0.0.1:${await firstLine(child.stdout)}`
const data = mkdtempSync(join(tmpdir(), 'xinex-bench-'))
const appliance = await serve(resolve(values.binary), data, { env: { XINEX_TRUSTED_PROXIES: '127.0.0.1' } })
try {
  const { base } = appliance
  const token = await tokenFrom(resolve(values.binary), data, 'bench')
  for (let number = 1; number <= Number(values.monitors); number++)
    await fetch(`${base}/api/v1/monitors`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `m${number}`, type: 'http', url: `${target}/m/${number}`, interval }),
    })
  const known = (await signIn(base, EMAIL, PASSWORD)).headers
    .getSetCookie()
    .find((one) => one.startsWith('xinex_device'))
  await Bun.sleep((interval + 2) * 1000)

  console.log(`${cpus()[0]?.model ?? 'unknown CPU'} × ${cpus().length}, ${values.monitors} monitors at ${interval} s`)
  const rows = {
    quiet: await window(base, target),
    'one account': await window(base, target, () => EMAIL),
    'many accounts': await window(base, target, (i) => `user${i}@example.test`),
  }
  console.log('| | checks | late p50 ms | late p99 ms | late max ms | answers |\n|---|---|---|---|---|---|')
  for (const [name, { checks, late_ms, statuses }] of Object.entries(rows))
    console.log(
      `| ${name} | ${checks} | ${late_ms.p50} | ${late_ms.p99} | ${late_ms.max} | ${JSON.stringify(statuses)} |`,
    )

  await window(base, target, () => EMAIL)
  const during = await signIn(base, EMAIL, PASSWORD)
  console.log(`right password from a new browser right after: ${during.status}`)
  console.log(
    `right password from a known browser: ${(await signIn(base, EMAIL, PASSWORD, known?.split(';')[0])).status}`,
  )
  const wait_s = Number(during.headers.get('retry-after') ?? 0)
  await Bun.sleep(wait_s * 1000 + 500)
  console.log(
    `right password after the ${wait_s} s that were asked for: ${(await signIn(base, EMAIL, PASSWORD)).status}`,
  )
} finally {
  appliance.child.kill('SIGTERM')
  await appliance.child.exited
  child.kill()
  rmSync(data, { recursive: true, force: true })
}
