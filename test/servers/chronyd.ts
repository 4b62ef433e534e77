import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { child, freePort, locate, ownFolder } from './child'

export const chronyd = locate('chronyd')

/** Whether anything answers a plain question for the time. */
const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4')
    const end = (heard: boolean) => {
      clearTimeout(late)
      socket.close()
      resolve(heard)
    }
    const late = setTimeout(() => end(false), 250)
    socket.on('error', () => end(false)).on('message', () => end(true))
    const question = Buffer.alloc(48)
    question[0] = 0x23
    socket.connect(port, '127.0.0.1', () => socket.send(question))
  })

/** Debian's chronyd as a server on 127.0.0.1 that never touches the clock; `lines` decide what it claims. */
export async function startChronyd(lines: string[]) {
  const folder = ownFolder('chrony')
  const port = await freePort()
  const config = [`port ${port}`, 'cmdport 0', 'allow all', `pidfile ${join(folder, 'chronyd.pid')}`]
  config.push('bindaddress 127.0.0.1', 'bindcmdaddress /', ...lines)
  writeFileSync(join(folder, 'chrony.conf'), `${config.join('\n')}\n`)
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : []
  const args = ['-d', '-x', '-U', ...user, '-f', join(folder, 'chrony.conf')]
  return { port, ...(await child(chronyd ?? '', args, { folder, ready: () => answers(port) })) }
}
