import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Driver, type Line, type Mood, TITLE_TRICKS } from '#channels/driver.fixtures'
import { loopback, NOW } from '#channels/fixtures'
import { postWith } from '#channels/post'
import { scriptWith } from '#channels/script'
import { syslog, syslogWith } from '#channels/syslog'

/** What the machine has itself: a log server, and programs. */

const job = { net: loopback, post: postWith(loopback), now: () => NOW }

/** Frames as RFC 6587 counts them. */
export function framesOf(bytes: Buffer): string[] {
  const frames: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at)
    const end = space + 1 + Number(bytes.toString('latin1', at, space))
    if (!(end > space)) throw new Error('This is not a frame')
    frames.push(bytes.toString('utf8', space + 1, end))
    at = end
  }
  return frames
}

/** A log server that keeps what it gets, and hangs up when the sender does. */
export async function logServer() {
  const sockets = new Set<Socket>()
  const got: Buffer[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(Buffer.from(chunk))).on('error', () => {})
    socket.on('end', () => got.push(Buffer.concat(chunks)))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    frames: () => got.flatMap(framesOf),
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const TEXT = /^<\d+>1 \S+ \S+ \S+ - \S+ \[.*?[^\\]"\] \ufeff?([\s\S]*)$/

async function openLog(): Promise<Line> {
  const server = await logServer()
  const settings = { host: 'hook.example.test', port: server.port, transport: 'tcp' as const }
  return {
    send: (notice, timeout_ms) => (timeout_ms ? syslogWith({ timeout_ms }) : syslog).send({ ...job, settings, notice }),
    arrived: () => {
      const frames = server.frames()
      const texts = frames.map((frame) => TEXT.exec(frame)?.[1] ?? '')
      return {
        all: frames.join('\n'),
        titles: texts.map((text) => text.split(' | ')[0] ?? ''),
        bodies: texts,
        bytes: frames.map((frame) => Buffer.byteLength(frame)),
      }
    },
    close: server.close,
  }
}

const silent = 'nobody answers in this protocol'
export const syslogDriver: Driver = {
  type: 'syslog',
  waits: false,
  never: {
    busy: silent,
    'busy-until': silent,
    unauthorized: silent,
    broken: silent,
    redirects: silent,
    echoes: silent,
    'echoes-gladly': silent,
    silent: 'silence is how a log server takes a line',
  },
  max_bytes: 8_000,
  tricks: TITLE_TRICKS,
  answer: /^\d+ bytes by TCP$/,
  settings: { host: 'logs.example.com', transport: 'tls', facility: 'local0', app_name: 'xinex' },
  open: openLog,
}

const PROGRAMS: Partial<Record<Mood, (out: string) => string>> = {
  accepts: (out) => `cat >> '${out}'`,
  unauthorized: () => 'echo "no key" >&2; exit 78',
  broken: () => 'echo "no disk" >&2; exit 1',
  silent: () => 'sleep 600',
}

async function openScript(mood: Mood): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-scripts-'))
  const out = join(folder, 'told.jsonl')
  const file = join(folder, 'tell')
  writeFileSync(file, `#!/bin/sh\n${PROGRAMS[mood]!(out)}\n`)
  chmodSync(file, 0o755)
  return {
    send: (notice, limit_ms) =>
      scriptWith({ limit_ms }).send({ ...job, settings: { command: 'tell' }, notice, scripts: folder }),
    arrived: () => {
      const lines = existsSync(out) ? readFileSync(out, 'utf8').trimEnd().split('\n') : []
      // Safe: what was written is one notice a line.
      const notices = lines.map((line) => JSON.parse(line) as { title: string; body: string })
      return {
        all: lines.join('\n'),
        titles: notices.map(({ title }) => title),
        bodies: notices.map(({ body }) => body),
        bytes: lines.map((line) => Buffer.byteLength(line)),
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const unlike = 'a program has no such answer'
export const scriptDriver: Driver = {
  type: 'script',
  waits: false,
  never: {
    busy: unlike,
    'busy-until': unlike,
    redirects: unlike,
    echoes: 'a program gets no keys',
    'echoes-gladly': 'a program gets no keys',
    unreachable: 'a program that is gone is for a person to bring back',
  },
  tricks: TITLE_TRICKS,
  body_tricks: TITLE_TRICKS,
  answer: /^0/,
  host: 'The program',
  settings: { command: 'teams/page-the-night-shift', arguments: ['--loud'] },
  open: openScript,
}
