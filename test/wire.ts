import { connect } from 'node:net'

export type Heard = { status: number; headers: Headers; body: string; closed: boolean }

const parsed = (text: string, closed: boolean): Heard => {
  const [head = '', ...rest] = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const pairs = lines.map((line): [string, string] => [
    line.split(':')[0] ?? '',
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  return { status: Number(first.split(' ')[1] ?? 0), headers: new Headers(pairs), body: rest.join('\r\n\r\n'), closed }
}

/** Sends bytes as they are and answers what came back until the server closed, or until it was silent for a moment. */
export function wire(port: number, ...parts: (string | Uint8Array)[]): Promise<Heard> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    const end = (closed: boolean) => {
      socket.destroy()
      resolve(parsed(text, closed))
    }
    socket.setTimeout(1_000, () => end(false))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => end(true))
    socket.on('close', () => end(true))
  })
}
