import { spawn } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { Type as t } from '@sinclair/typebox'
import { keyOf, sourceOf } from '#channels/alert'
import { DeliveryError, defineChannel, type Notice, type Send } from '#channels/define'
import { fit, oneLine } from '#channels/text'
import { ui } from '#kernel/form'

/** A little less than the engine gives every channel, so that it is this sentence that people read. */
const LIMIT_MS = 29_000
const OUTPUT_BYTES = 64 * 1024
/** `EX_CONFIG` of sysexits.h: https://man.freebsd.org/cgi/man.cgi?sysexits */
const EX_CONFIG = 78
// One variable may have 128 KB on Linux (MAX_ARG_STRLEN): https://man7.org/linux/man-pages/man2/execve.2.html
const VARIABLE = 8_000

const settings = t.Object({
  command: t.String({
    title: 'Program',
    // Letters, digits and dots between slashes, so that no part is a dot alone.
    pattern: '^(?!.*(^|/)\\.{1,2}(/|$))[A-Za-z0-9._-]{1,100}(/[A-Za-z0-9._-]{1,100}){0,5}$',
    description: 'Name of an executable file in the folder that XINEX_SCRIPTS names.',
    ...ui({ mono: true, placeholder: 'page-the-night-shift' }),
  }),
  arguments: t.Optional(
    t.Array(t.String({ maxLength: 1000, pattern: '^[^\\u0000]*$' }), {
      title: 'Arguments',
      maxItems: 20,
      description: 'Handed over as they are: there is no shell in between.',
      ...ui({ group: 'advanced', widget: 'list', mono: true }),
    }),
  ),
})
type Settings = (typeof settings)['static']

/** The file that is meant, if it is within the folder after all links are followed, and may be run. */
function programIn(folder: string | undefined, command: string): string {
  if (!folder) throw new DeliveryError('Scripts are not enabled here: XINEX_SCRIPTS names no folder.', 'disable')
  try {
    const root = realpathSync(folder)
    const file = realpathSync(join(root, command))
    if (file.startsWith(root + sep) && statSync(file).isFile()) {
      accessSync(file, constants.X_OK)
      return file
    }
  } catch {
    // What cannot be read is not there.
  }
  throw new DeliveryError(`There is no program ${command} in the folder of scripts that may be run.`, 'disable')
}

/** Nothing of the appliance's own environment, which holds its keys. */
function environmentOf(notice: Notice): Record<string, string> {
  const { name, target } = sourceOf(notice)
  const values = {
    EVENT: notice.event,
    KIND: notice.kind,
    TITLE: oneLine(notice.title),
    BODY: notice.body,
    URL: notice.url,
    SEVERITY: notice.severity,
    URGENT: String(notice.urgent),
    AT: notice.at,
    DELIVERY_ID: notice.delivery_id,
    SUBJECT: keyOf(notice) ?? '',
    SOURCE: name ?? '',
    TARGET: target ?? '',
  }
  const told = Object.entries(values).map(([key, value]) => [`XINEX_${key}`, fit(value, VARIABLE)])
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', ...Object.fromEntries(told) }
}

type Ended = { code: number | null; signal: string | null; output: string }

/** Ends the program and all that it started and left in its process group. */
function stop(pid: number | undefined) {
  try {
    if (pid) process.kill(-pid, 'SIGKILL')
  } catch {
    // All of them have ended already.
  }
}

/** Runs the program in a process group of its own, which ends with it or at the limit. */
function run(file: string, args: string[], notice: Notice, limit_ms: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: '/', env: environmentOf(notice), detached: true, stdio: 'pipe' })
    let output = ''
    const hear = (chunk: Buffer) => {
      if (output.length < OUTPUT_BYTES) output += chunk.toString().slice(0, OUTPUT_BYTES - output.length)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    // Nobody has to read what is told.
    child.stdin.on('error', () => {})
    child.stdin.end(`${JSON.stringify(notice)}\n`)

    let ended: Omit<Ended, 'output'> | undefined
    const finish = () => {
      clearTimeout(timer)
      if (ended) resolve({ ...ended, output })
    }
    const timer = setTimeout(() => {
      stop(child.pid)
      // Something outside of its group still holds the output open: that is not waited for.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
      const seconds = Math.ceil(limit_ms / 1000)
      if (ended) finish()
      else reject(new DeliveryError(`The program did not end within ${seconds} s and was stopped.`, 'retry'))
    }, limit_ms)
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(new DeliveryError(`The program could not be started (${cause.code ?? 'unknown'}).`, 'retry'))
    })
    child.on('exit', (code, signal) => {
      ended = { code, signal }
      stop(child.pid)
    })
    child.on('close', finish)
  })
}

async function deliver({ settings, notice, scripts }: Send<Settings>, limit_ms: number) {
  const file = programIn(scripts, settings.command)
  const { code, signal, output } = await run(file, settings.arguments ?? [], notice, limit_ms)
  const said = fit(oneLine(output), 300)
  const how = signal ? `was ended by ${signal}` : `ended with ${code}`
  if (code === 0) return { answer: said ? `0: ${said}` : '0' }
  const message = `The program ${how}${said && `: ${said}`}`
  throw new DeliveryError(message, code === EX_CONFIG ? 'disable' : 'retry')
}

/** The channel with another limit; `script` is the one that is offered. */
export const scriptWith = ({ limit_ms = LIMIT_MS }: { limit_ms?: number } = {}) =>
  defineChannel({
    type: 'script',
    each: true,
    title: 'Script',
    summary: 'Runs a program on the machine of this Xinex.',
    docs: 'https://man7.org/linux/man-pages/man2/execve.2.html',
    notes: [
      'Off until the operator names a folder with `XINEX_SCRIPTS`, and for instance admins only. The program runs as the',
      'user of Xinex, without a shell, with nothing of its environment: it gets the message as JSON on standard input and as',
      '`XINEX_EVENT`, `XINEX_KIND` (down, up, acknowledged, updated, test), `XINEX_TITLE`, `XINEX_BODY`, `XINEX_URL`,',
      '`XINEX_SEVERITY`, `XINEX_URGENT`, `XINEX_AT`, `XINEX_DELIVERY_ID`, `XINEX_SUBJECT`, `XINEX_SOURCE` and `XINEX_TARGET`.',
      'It has 30 seconds. Exit code 0 is success, 78 (EX_CONFIG) takes the channel out of use until somebody looks at it,',
      'and any other is tried again. What it prints stands in the notification log.',
    ].join('\n'),
    admins_only: true,
    settings,

    label: ({ command }) => command,

    send: (job) => deliver(job, limit_ms),
  })

export const script = scriptWith()
