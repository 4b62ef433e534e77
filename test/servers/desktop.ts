import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { ownFolder } from './child'
import { type Message, messageIn, messageOf } from './dbus'

/** One notification on the screen. `buttons`: what each is called by the program that showed it, and what it says. */
export type Shown = { id: number; title: string; body: string; buttons: { key: string; label: string }[] }

const [CALL, RETURN, ERROR, SIGNAL] = [1, 2, 3, 4]
const NOTIFICATIONS = 'org.freedesktop.Notifications'
const US = ':1.1'
const NO_REPLY = 1

/**
 * A desktop without a screen: a session bus on which just one service is, the one that shows notifications
 * (https://specifications.freedesktop.org/notification-spec/latest/). A browser that finds it through `env` hands its
 * notifications over as on any Linux desktop, and hears of it when somebody clicks.
 */
export async function desktop() {
  const shown = new Map<number, Shown>()
  const programs = new Set<Socket>()
  let [serial, ids, names] = [0, 0, 1]

  const signal = (member: string, body: (string | number)[]) => {
    const fields = { 1: '/org/freedesktop/Notifications', 2: NOTIFICATIONS, 3: member, 7: US }
    for (const program of programs) program.write(messageOf(SIGNAL, ++serial, fields, body))
  }

  function notify({ body }: Message): number {
    body.text()
    const replaces = body.uint()
    body.text()
    const [title, text] = [body.text(), body.text()]
    const keys = body.array('s', () => body.text())
    const buttons = keys.flatMap((key, at) => (at % 2 === 0 ? [{ key, label: keys[at + 1] ?? '' }] : []))
    const id = replaces || ++ids
    shown.set(id, { id, title, body: text, buttons })
    return id
  }
  function close(id: number, reason: number) {
    if (shown.delete(id)) signal('NotificationClosed', [id, reason])
  }

  /** What is answered; nothing for what is not here. */
  function answer(message: Message): (string | number | boolean | string[])[] | undefined {
    const { fields, body } = message
    switch (`${fields[6]} ${fields[3]}`) {
      case 'org.freedesktop.DBus Hello':
        return [`:1.${++names}`]
      case 'org.freedesktop.DBus AddMatch':
      case 'org.freedesktop.DBus RemoveMatch':
        return []
      case 'org.freedesktop.DBus NameHasOwner':
        return [body.text() === NOTIFICATIONS]
      case 'org.freedesktop.DBus GetNameOwner':
        return body.text() === NOTIFICATIONS ? [US] : undefined
      case 'org.freedesktop.DBus ListActivatableNames':
        return [[NOTIFICATIONS]]
      case `${NOTIFICATIONS} GetCapabilities`:
        return [['actions', 'body', 'persistence']]
      case `${NOTIFICATIONS} GetServerInformation`:
        return ['desktop', 'test', '1.0', '1.2']
      case `${NOTIFICATIONS} Notify`:
        return [notify(message)]
      case `${NOTIFICATIONS} CloseNotification`:
        close(body.uint(), 3)
        return []
    }
    return undefined
  }
  function take(socket: Socket, message: Message) {
    if (message.type !== CALL) return
    const said = answer(message)
    if (message.flags & NO_REPLY) return
    const sender = String(message.fields[6] === NOTIFICATIONS ? US : 'org.freedesktop.DBus')
    const fields = { 5: message.serial, 7: sender }
    socket.write(
      said
        ? messageOf(RETURN, ++serial, fields, said)
        : messageOf(ERROR, ++serial, { ...fields, 4: 'org.freedesktop.DBus.Error.ServiceUnknown' }, ['Not here']),
    )
  }

  const bus = createServer((socket) => {
    let bytes = Buffer.alloc(0)
    let begun = false
    programs.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => programs.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      while (!begun) {
        const end = bytes.indexOf('\r\n')
        if (end < 0) return
        const line = bytes.toString('latin1', 0, end).replaceAll('\0', '')
        bytes = bytes.subarray(end + 2)
        if (line.startsWith('AUTH EXTERNAL')) socket.write('OK 0123456789abcdef0123456789abcdef\r\n')
        else if (line === 'BEGIN') begun = true
        else socket.write('ERROR\r\n')
      }
      for (let next = messageIn(bytes); next; next = messageIn(bytes)) {
        bytes = bytes.subarray(next.size)
        take(socket, next.message)
      }
    })
  })
  const path = join(ownFolder('desktop'), 'bus')
  await new Promise<void>((done) => bus.listen(path, done))
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` },
    shown: () => [...shown.values()],
    /** Somebody clicks on it: on the button that says `label`, or on its text. */
    click({ id, buttons }: Shown, label?: string) {
      const key = label === undefined ? 'default' : buttons.find((button) => button.label === label)?.key
      if (key === undefined) throw new Error(`There is no button “${label}”, only ${JSON.stringify(buttons)}`)
      signal('ActionInvoked', [id, key])
    },
    stop() {
      for (const program of programs) program.destroy()
      bus.close()
    },
  }
}
export type Desktop = Awaited<ReturnType<typeof desktop>>
