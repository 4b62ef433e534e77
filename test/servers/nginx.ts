import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '../certs'
import { folderFor, freePorts, programAt, running } from './program'

export const nginxProgram = programAt('nginx')

/** Headers and footers of every server below; all paths are in its folder. */
const frame = (folder: string, servers: string) => `
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 3;
  default_type text/plain;
${servers}
}
`

/** What every site below serves. */
const pages = (folder: string) => `
    location / { root ${folder}/www; }
    location = /status { return 503 'the database is gone'; }
    location = /moved { return 301 /there; }
    location = /there { add_header X-Node a1; return 200 'all is ok'; }
    location = /loop { return 302 /loop; }
    location = /echo { return 200 '$request_method $http_x_one $remote_user'; }
    location = /secret {
      auth_basic 'here';
      auth_basic_user_file ${folder}/users;
      try_files /there.txt =404;
      root ${folder}/www;
    }
    location = /slow { root ${folder}/www; try_files /huge.txt =404; limit_rate 1k; }
    location = /gone { return 444; }
    location = /packed { gzip on; gzip_min_length 1; gzip_types text/plain; root ${folder}/www; try_files /there.txt =404; }
`

/** Debian's nginx with a plain site, a TLS site, one that speaks HTTP/2 and one that wants a client certificate. */
export async function startNginx(pair: Pair, clientAuthority: string) {
  const folder = folderFor('nginx')
  const [plain = 0, secure = 0, two = 0, mutual = 0] = await freePorts(4)
  const put = (name: string, text: string) => Bun.write(join(folder, name), text)
  await put('www/there.txt', 'all is ok')
  await put('www/huge.txt', 'x'.repeat(20_000_000))
  await put('www/data.json', JSON.stringify({ db: { state: 'ok', count: 3 } }))
  await put('users', 'ann:{PLAIN}p%w\n')
  await put('site.pem', pair.cert)
  await put('site.key', pair.key)
  await put('clients.pem', clientAuthority)
  const tls = `ssl_certificate ${folder}/site.pem; ssl_certificate_key ${folder}/site.key;`
  const servers = [
    `listen 127.0.0.1:${plain};`,
    `listen 127.0.0.1:${secure} ssl; ${tls}`,
    `listen 127.0.0.1:${two} ssl http2; ${tls}`,
    `listen 127.0.0.1:${mutual} ssl http2; ${tls} ssl_client_certificate ${folder}/clients.pem; ssl_verify_client on;`,
  ].map((listen) => `  server { ${listen} ${pages(folder)} }`)
  writeFileSync(join(folder, 'nginx.conf'), frame(folder, servers.join('\n')))
  const argv = [nginxProgram ?? '', '-p', folder, '-c', join(folder, 'nginx.conf')]
  const { stop } = await running(argv, folder, plain)
  const at = (port: number, secured = true) => `${secured ? 'https' : 'http'}://127.0.0.1:${port}`
  const access = () => Bun.file(join(folder, 'access.log')).text()
  return { stop, access, plain: at(plain, false), secure: at(secure), two: at(two), mutual: at(mutual) }
}
