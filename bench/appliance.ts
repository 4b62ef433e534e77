/** The compiled appliance as a process of its own, for the measurements beside this file. */
export const EMAIL = 'bench@example.test'
export const PASSWORD = 'a decent long secret'
const env = {
  PATH: process.env.PATH ?? '',
  XINEX_ADMIN_EMAIL: EMAIL,
  XINEX_ADMIN_PASSWORD: PASSWORD,
  XINEX_LOG_LEVEL: 'warn',
}

export const percentile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

export async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader()
  const { value } = await reader.read()
  reader.releaseLock()
  return new TextDecoder().decode(value).trim()
}

/** Resolves when /health says that it is ready. */
export async function serve(binary: string, data: string, port: number, more: Record<string, string> = {}) {
  const begun = performance.now()
  const child = Bun.spawn([binary, 'serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
    env: { ...env, ...more },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const base = `http://127.0.0.1:${port}`
  while (
    !(await fetch(`${base}/health`).then(
      (r) => r.ok,
      () => false,
    ))
  )
    await Bun.sleep(5)
  return { child, base, ready_ms: Math.round(performance.now() - begun) }
}

/** An API token of the first user, who is made just after the first start. */
export async function tokenFrom(binary: string, data: string, name: string) {
  for (let left = 50; left > 0; left--) {
    const command = [binary, 'admin', 'token', '--data', data, '--email', EMAIL, '--name', name]
    const child = Bun.spawn(command, { env, stdout: 'pipe', stderr: 'ignore' })
    const token = (await new Response(child.stdout).text()).trim()
    if (token) return token
    await Bun.sleep(100)
  }
  throw new Error('The first user was not made')
}
