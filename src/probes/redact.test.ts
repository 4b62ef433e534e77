import { expect, test } from 'bun:test'
import { redactor } from '#probes/redact'

test.each(['pässwörd', 'p&ss"<w/rd', 'plain-word'])('the secret %s is blanked however a server echoes it', (secret) => {
  const redact = redactor([secret])
  const echoes = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    // One side wrote UTF-8 and the other reads Latin-1, or the other way round.
    Buffer.from(secret, 'utf8').toString('latin1'),
    Buffer.from(secret, 'latin1').toString('utf8'),
  ]
  for (const echo of echoes) expect([echo, redact(`it was ${echo}!`)]).toEqual([echo, 'it was ***!'])
})
