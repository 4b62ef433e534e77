import { expect, test } from 'bun:test'
import { snippet } from './push-snippets'

const URL = 'https://xinex.example.test/api/v1/push/abc'

test('a line of the crontab runs at least as often as something is expected', () => {
  const when = (interval: number) => snippet('cron', URL, interval).split(' /usr')[0]
  expect([30, 60, 300, 3600, 7200, 86_400].map(when)).toEqual([
    ...['* * * * *', '* * * * *', '*/5 * * * *', '0 * * * *', '0 */2 * * *', '0 0 * * *'],
  ])
})

test('the address is quoted, so that no shell reads the ampersand', () => {
  expect(snippet('curl', URL, 60)).toContain(`'${URL}?status=up&msg=OK'`)
  expect(snippet('powershell', URL, 60)).toContain(`'${URL}?status=up&msg=OK'`)
})
