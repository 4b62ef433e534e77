import { join } from 'node:path'

type Options = Record<string, unknown>
// biome-ignore lint/suspicious/noExplicitAny: what a browser would answer; tests take it apart and spoil it
export type Credential = any

/** A drawer of security keys: `key(name)` is always the same one. `stop` puts them away. */
export function authenticators() {
  const child = Bun.spawn(['node', join(import.meta.dir, 'authenticator.mjs')], { stdin: 'pipe', stdout: 'pipe' })
  const waiting: ((line: string) => void)[] = []
  const reading = (async () => {
    let text = ''
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) waiting.shift()?.(line)
    }
  })()
  async function say(message: object): Promise<Credential> {
    const line = new Promise<string>((resolve) => waiting.push(resolve))
    child.stdin.write(`${JSON.stringify(message)}\n`)
    child.stdin.flush()
    const { answer, error } = JSON.parse(await line)
    if (error) throw new Error(error)
    return answer
  }
  return {
    /** `verified`: it knows its owner, by a finger or a PIN. */
    key: (name: string, { verified = true } = {}) => ({
      create: (origin: string, options: Options) => say({ act: 'create', name, verified, origin, options }),
      get: (origin: string, options: Options) => say({ act: 'get', name, verified, origin, options }),
      copy: () => say({ act: 'copy', name, verified }),
      useCopy: () => say({ act: 'use_copy', name, verified }),
    }),
    async stop() {
      child.stdin.end()
      await child.exited
      await reading
    },
  }
}
export type Authenticators = ReturnType<typeof authenticators>
