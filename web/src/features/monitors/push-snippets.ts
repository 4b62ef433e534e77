export type Shell = 'curl' | 'cron' | 'powershell'
export const shells: { value: Shell; label: string; what: string }[] = [
  { value: 'curl', label: 'curl', what: 'At the end of the job' },
  { value: 'cron', label: 'cron', what: 'A line of the crontab' },
  { value: 'powershell', label: 'PowerShell', what: 'At the end of the script' },
]

/** The nearest schedule that cron can say for an interval, at least as often. */
function schedule(interval_s: number): string {
  const minutes = Math.max(1, Math.floor(interval_s / 60))
  if (minutes < 60) return minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return hours === 1 ? '0 * * * *' : `0 */${hours} * * *`
  return '0 0 * * *'
}

/** What to paste where the job runs; single quotes keep the shell from reading the address. */
export function snippet(shell: Shell, url: string, interval_s: number): string {
  const called = `curl -fsS -m 10 --retry 3 -o /dev/null '${url}?status=up&msg=OK'`
  if (shell === 'curl') return called
  // In a crontab a bare percent sign ends the command.
  if (shell === 'cron') return `${schedule(interval_s)} /usr/local/bin/job && ${called.replaceAll('%', '\\%')}`
  return `Invoke-RestMethod -TimeoutSec 10 -Uri '${url}?status=up&msg=OK' | Out-Null`
}
