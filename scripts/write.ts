import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces the file in one step and only when it differs, so that parallel runs and watchers see no half file. */
export function writeIfChanged(file: string, content: string | Uint8Array): boolean {
  const bytes = Buffer.from(content)
  if (existsSync(file) && readFileSync(file).equals(bytes)) return false
  mkdirSync(dirname(file), { recursive: true })
  const half = `${file}.${process.pid}.tmp`
  writeFileSync(half, bytes)
  renameSync(half, file)
  return true
}
