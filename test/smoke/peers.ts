import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { freePort, until } from './appliance'

/** A real nginx on loopback that can be stopped and started. */
export async function nginx() {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-nginx-'))
  const port = await freePort()
  mkdirSync(join(folder, 'html'))
  writeFileSync(join(folder, 'html', 'index.html'), 'all is well\n')
  const config = join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `${process.getuid?.() === 0 ? 'user root;\n' : ''}daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log ${folder}/access.log; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
server { listen 127.0.0.1:${port}; root ${folder}/html; } }\n`,
  )
  const url = `http://127.0.0.1:${port}/`
  let child: Bun.Subprocess | undefined
  return {
    url,
    async start() {
      child = Bun.spawn(['nginx', '-p', folder, '-e', join(folder, 'error.log'), '-c', config], {
        stdout: 'ignore',
        stderr: 'ignore',
      })
      await until('nginx answers', 5_000, () =>
        fetch(url).then(
          (r) => r.ok,
          () => false,
        ),
      )
    },
    async stop() {
      child?.kill('SIGTERM')
      await child?.exited
    },
  }
}

/** A real listener that keeps what webhooks bring. */
export function webhookListener() {
  type Received = {
    event: string
    delivery_id: string
    timestamp: string
    data: { incident?: { id: string; status: string } }
  }
  const received: { headers: Headers; raw: string; body: Received }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const raw = await request.text()
      received.push({ headers: request.headers, raw, body: JSON.parse(raw) as Received })
      return new Response('ok')
    },
  })
  return { url: `http://127.0.0.1:${server.port}/hook`, received, stop: () => server.stop(true) }
}

/** A real SMTP server that keeps what it is sent. */
export async function mailbox() {
  const mails: ParsedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      simpleParser(stream).then(
        (mail) => {
          mails.push(mail)
          done()
        },
        (error: Error) => done(error),
      )
    },
  })
  const port = await freePort()
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready))
  return { port, url: `smtp://127.0.0.1:${port}`, mails, stop: () => new Promise<void>((done) => server.close(done)) }
}
