// A preload of `bun test`: what the tests of this process leave behind is in one folder, which goes when they are over.
import { afterAll } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'xinex-tests-'))
// As the system's own: servers that tests start run as other users.
chmodSync(folder, 0o1777)
process.env.TMPDIR = folder
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
