import { createSocket } from 'node:dgram'
import { type Listening, listening } from '../probing'

type Answers = Record<string, string>

/** Greets, then answers each line by how it begins; `*` answers the rest. */
const speaking = (greeting: string, answers: Answers = {}) =>
  listening((socket) => {
    socket.write(greeting)
    let held = ''
    socket.on('data', (chunk) => {
      held += chunk.toString()
      const lines = held.split('\r\n')
      held = lines.pop() ?? ''
      for (const line of lines) {
        const start = Object.keys(answers).find((it) => line.startsWith(it)) ?? '*'
        if (answers[start]) socket.write(answers[start])
        if (/^(QUIT|\S+ LOGOUT)/.test(line)) socket.end()
      }
    })
  })

const SMTP = { EHLO: '250 mail.test\r\n', HELO: '250 mail.test\r\n', QUIT: '221 bye\r\n', '*': '500 what?\r\n' }

/** Servers that say a line, and hardly more. */
export const talkers = async () => {
  const [mute, hangup, banner, full, busy, plainMail, imap, ssh1, oddSsh] = await Promise.all([
    listening(() => {}),
    listening((socket) => void socket.end()),
    speaking('220 ready\r\n'),
    speaking('554 no mail here\r\n', SMTP),
    speaking('421 too many connections\r\n', SMTP),
    speaking('220 mail.test ESMTP\r\n', SMTP),
    speaking('* OK IMAP4rev1 ready\r\n', { 'a1 STARTTLS': 'a1 BAD unknown\r\n', '*': '* BYE\r\n' }),
    speaking('SSH-1.5-OldServer\r\n'),
    speaking('HELLO there\r\n'),
  ])
  return { mute, hangup, banner, full, busy, plainMail, imap, ssh1, oddSsh } satisfies Record<string, Listening>
}

/** A datagram server: it answers what it is told to, or nothing. */
export async function datagrams(answer?: (question: Buffer) => Buffer | string) {
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    if (answer) socket.send(answer(question), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { port: socket.address().port, close: () => socket.close() }
}
