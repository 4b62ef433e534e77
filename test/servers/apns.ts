import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { certificate, private_key } from '#channels/certificate.fixtures'

export type ApnsRequest = {
  device: string
  headers: Record<string, string>
  token: string
  // biome-ignore lint/suspicious/noExplicitAny: a test states the shape it expects by asserting it
  body: any
  status: number
  connections: number
}

/** Apple's push service on this machine, as `hook.example.test`, and the key of a developer it knows. */
export async function apnsServer() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const known = { key_id: 'KEY1234567', team_id: 'TEAM123456', topic: 'com.example.xinex' }
  const jwk = pair.publicKey.export({ format: 'jwk' })
  const child = Bun.spawn(['node', join(import.meta.dir, 'apns.mjs')], {
    env: { ...process.env, APNS: JSON.stringify({ cert: certificate, key: private_key, jwk, ...known }) },
    ...{ stdin: 'pipe', stdout: 'pipe' },
  })
  const marks = new Map<string, () => void>()
  const got: ApnsRequest[] = []
  const { promise: listening, resolve } = Promise.withResolvers<number>()
  const reading = (async () => {
    let text = ''
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        const said = JSON.parse(line)
        if (said.port) resolve(said.port)
        else if (said.mark) marks.get(said.mark)?.()
        else got.push({ ...said, body: JSON.parse(said.body) })
      }
    }
  })()
  const port = await listening
  return {
    got,
    settings: {
      ...known,
      key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      host: `hook.example.test:${port}`,
    },
    /** Resolves when `got` holds every request that was answered by now. */
    async settled() {
      const mark = crypto.randomUUID()
      const { promise, resolve } = Promise.withResolvers<void>()
      marks.set(mark, resolve)
      child.stdin.write(`${mark}\n`)
      child.stdin.flush()
      await promise
    },
    async stop() {
      child.kill()
      await child.exited
      await reading
    },
  }
}
export type ApnsServer = Awaited<ReturnType<typeof apnsServer>>
