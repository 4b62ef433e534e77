import { text } from 'node:stream/consumers'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { browserKeys, readBy } from '#channels/push.fixtures'

/**
 * A message has come, in one line, with what tells it from any other; it is answered when this resolves. `aside` are codes
 * that somebody waits for in front of a screen.
 */
export type Hear = (line: string, id: string, aside?: boolean) => Promise<void>

export const nameOf = (email: string) => email.split('@')[0] ?? ''

/** Takes every letter: "dan: Shop is down". */
export async function mailReceiver(hear: Hear) {
  let status = 250
  const server = new SMTPServer({
    ...{ authOptional: true, closeTimeout: 10, disabledCommands: ['STARTTLS', 'AUTH'] },
    async onData(stream, { envelope }, done) {
      const { subject, messageId } = await simpleParser(await text(stream))
      if (status !== 250) return done(Object.assign(new Error('Not now'), { responseCode: status }))
      await hear(`${nameOf(envelope.rcptTo[0]?.address ?? '')}: ${subject}`, String(messageId))
      done()
    },
  })
  // A client that ended in the middle is an error here, and without a listener it ends the process.
  server.on('error', () => {})
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return {
    ...{ url: `smtp://127.0.0.1:${address.port}`, stop: () => server.close(() => {}) },
    answer(code: number) {
      status = code
    },
  }
}

const serve = (fetch: (request: Request) => Promise<Response>) => {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch })
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) }
}
type Hook = {
  event: string
  delivery_id: string
  data: { incident?: { title: string }; schedule?: { name: string }; monitor?: { name: string } }
}

/** A program that hears of each: "ops: created Shop is down". */
export const hookReceiver = (hear: Hear) =>
  serve(async (request) => {
    // Safe: this is what the webhook channel documents; anything else would be heard as "ops: undefined".
    const { event, delivery_id, data } = (await request.json()) as Hook
    const about = data.incident?.title ?? data.schedule?.name ?? ''
    await hear(`ops: ${event.split('.')[1]} ${about}`.trim(), delivery_id)
    return new Response('thanks')
  })

/** A server of Twilio's kind: "+4915112345678: Shop is down", by the first line of the text. */
export function smsReceiver(hear: Hear) {
  let status = 201
  let tries = 0
  let code = ''
  const { url, stop } = serve(async (request) => {
    const form = new URLSearchParams(await request.text())
    const body = form.get('Body') ?? ''
    tries++
    if (status !== 201) return Response.json({ code: 20500, message: 'Internal Server Error' }, { status })
    code = /\b(\d{6})\b/.exec(body)?.[1] ?? ''
    // The link to acknowledge is another one in each message, and the same when one comes again.
    const id = /\/a\/([\w-]+)/.exec(body)?.[1]
    const title = (body.split('\n')[0] ?? '').replace(/^\[\w+\] /, '')
    await hear(`${form.get('To')}: ${title}`, id ?? crypto.randomUUID(), id === undefined && code !== '')
    return Response.json({ sid: 'SM00000000000000000000000000000001' }, { status: 201 })
  })
  return {
    ...{ url, stop },
    answer(code: number) {
      status = code
    },
    tries: () => tries,
    /** In the last message. */
    code: () => code,
  }
}

/** A push service that can read what it carries: "dan's browser: Shop is down". */
export function pushReceiver(hear: Hear) {
  const browsers = new Map<string, ReturnType<typeof browserKeys>>()
  const { url, stop } = serve(async (request) => {
    const name = new URL(request.url).pathname.slice(1)
    const browser = browsers.get(name)
    if (!browser) return new Response(null, { status: 410 })
    const { title, delivery_id } = JSON.parse(readBy(browser, new Uint8Array(await request.arrayBuffer())))
    await hear(`${name}'s browser: ${title}`, delivery_id)
    return new Response(null, { status: 201 })
  })
  return {
    stop,
    /** A browser of somebody, as it is registered. */
    subscribe(name: string) {
      const browser = browserKeys()
      browsers.set(name, browser)
      const subscription = { endpoint: `${url}/${name}`, expirationTime: null, keys: browser.keys }
      return { platform: 'web', name: 'Laptop', subscription }
    },
  }
}
