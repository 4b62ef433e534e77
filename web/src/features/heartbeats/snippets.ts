import type { Heartbeat, Schedule } from '@/types'
import { timerOf } from './systemd'

export const ways = [
  { value: 'curl', label: 'curl', what: 'Around the job: its start, its exit code and the end of its output' },
  { value: 'wget', label: 'wget', what: 'Around the job, where there is no curl' },
  { value: 'cron', label: 'cron', what: 'A line of the crontab' },
  { value: 'systemd', label: 'systemd', what: 'A service that reports itself, and its timer' },
  { value: 'python', label: 'Python', what: 'Around the work; needs nothing but Python' },
  { value: 'typescript', label: 'TypeScript', what: 'Around the work; needs nothing but fetch' },
  { value: 'powershell', label: 'PowerShell', what: 'Around the job, on Windows or elsewhere' },
  { value: 'docker', label: 'Docker', what: 'Around a container that does the job' },
  { value: 'github', label: 'GitHub Actions', what: 'A workflow on a schedule' },
] as const
export type Way = (typeof ways)[number]['value']

type About = Pick<Heartbeat, 'name' | 'schedule'>
/** Where an example has the command that does the work. */
export const JOB = '/usr/local/bin/job'
/** Tries again by itself, never longer than a minute, and says nothing when all is well. */
const CURL = 'curl -fsS -m 10 --retry 5 -o /dev/null'
const WGET = 'wget -q -T 10 -t 5 -O /dev/null'

const RUN_ID = 'rid=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)'

const curl = (url: string) => `#!/bin/sh
url='${url}'
${RUN_ID}
${CURL} "$url/start?rid=$rid"
output=$(${JOB} 2>&1); code=$?
printf '%s\\n' "$output" | tail -c 100000 |
  ${CURL} --data-binary @- "$url/$code?rid=$rid"
exit $code`

const wget = (url: string) => `#!/bin/sh
url='${url}'
${RUN_ID}
${WGET} "$url/start?rid=$rid"
${JOB}; code=$?
${WGET} "$url/$code?rid=$rid"
exit $code`

/** The times of the crontab, or the nearest that cron can say for an interval, at least as often. */
export function cronOf({ kind, cron, every_s = 86_400 }: Schedule): string {
  if (kind === 'cron' && cron) return cron
  if (kind === 'oncalendar') return '0 3 * * *'
  const minutes = Math.max(1, Math.floor(every_s / 60))
  if (minutes < 60) return minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return hours === 1 ? '0 * * * *' : `0 */${hours} * * *`
  return '0 3 * * *'
}

// The shell of a line has a number of its own: that is enough to tell runs apart.
const cron = (url: string, { schedule }: About) =>
  `${cronOf(schedule)} u='${url}'; r=$$; ${CURL} "$u/start?rid=$r"; ${JOB}; ${CURL} "$u/$??rid=$r"`

/** A line of a unit file: no line breaks, and a percent sign is doubled. */
const unitLine = (text: string) => text.replace(/\s+/g, ' ').replaceAll('%', '%%')

const systemd = (url: string, { name, schedule }: About) => `# /etc/systemd/system/job.service
[Unit]
Description=${unitLine(name)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
Environment=PING=${url}
ExecStartPre=-/bin/sh -c '${CURL} "$$PING/start?rid=$$INVOCATION_ID"'
ExecStart=${JOB}
ExecStopPost=-/bin/sh -c '[ "$$EXIT_CODE" = exited ] || EXIT_STATUS=fail; ${CURL} "$$PING/$$EXIT_STATUS?rid=$$INVOCATION_ID"'

# /etc/systemd/system/job.timer, then: systemctl enable --now job.timer
[Unit]
Description=Times of ${unitLine(name)}

[Timer]
${timerOf(schedule).join('\n')}
Persistent=true

[Install]
WantedBy=timers.target`

const python = (url: string) => `import subprocess, urllib.request, uuid

PING = "${url}"
RUN = f"?rid={uuid.uuid4()}"

def ping(path, body=""):
    """What goes wrong here never breaks the job."""
    try:
        urllib.request.urlopen(PING + path, data=body.encode()[-100_000:], timeout=10).close()
    except OSError as lost:
        print(f"Not reported: {lost}")

ping(f"/start{RUN}")
try:
    # The work; its numbers can go with the last ping.
    subprocess.run(["${JOB}"], check=True)
except BaseException as error:
    ping(f"/fail{RUN}", repr(error))
    raise
ping(f"{RUN}&rows=1200")
`

const typescript = (url: string) => `const run = \`?rid=\${crypto.randomUUID()}\`
/** What goes wrong here never breaks the job. */
const ping = (path: string, body = '') =>
  fetch(\`${url}\${path}\`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) }).catch(console.error)

async function work() {
  // Your job.
}

await ping(\`/start\${run}\`)
try {
  await work()
} catch (error) {
  await ping(\`/fail\${run}\`, String(error))
  throw error
}
await ping(\`\${run}&rows=1200\`)
`

const powershell = (url: string) => `$url = '${url}'
$rid = [guid]::NewGuid()
Invoke-RestMethod -TimeoutSec 10 -Uri "$url/start?rid=$rid" | Out-Null
& '${JOB}'
$end = if ($LASTEXITCODE -eq 0) { '0' } else { 'fail' }
Invoke-RestMethod -TimeoutSec 10 -Uri "$url/\${end}?rid=$rid" | Out-Null`

const docker = (url: string) => `#!/bin/sh
url='${url}'
${RUN_ID}
${CURL} "$url/start?rid=$rid"
docker run --rm your-image ${JOB}; code=$?
${CURL} "$url/$code?rid=$rid"
exit $code`

const github = (
  url: string,
  { schedule }: About,
) => `# Settings, Secrets and variables, Actions: a secret PING_URL with the value
# ${url}
on:
  schedule:
    # In UTC.
    - cron: '${cronOf(schedule)}'
env:
  PING_URL: \${{ secrets.PING_URL }}
  RID: \${{ github.run_id }}-\${{ github.run_attempt }}
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - run: ${CURL} "$PING_URL/start?rid=$RID"
      - run: ${JOB}
      - if: always()
        env:
          END: \${{ job.status == 'success' && '0' || 'fail' }}
        run: ${CURL} "$PING_URL/$END?rid=$RID"`

const of: Record<Way, (url: string, about: About) => string> = {
  ...{ curl, wget, cron, systemd, python, typescript, powershell, docker, github },
}
/** What to paste where the job runs. */
export const snippet = (way: Way, url: string, about: About): string => of[way](url, about)
/** The least that is enough: nothing comes when the job fails. */
export const shortest = (url: string) => `${JOB} && ${CURL} '${url}'`
