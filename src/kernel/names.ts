import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'

/** A parsed file that is read again when it changed; looked at once per second at most. A missing file is empty. */
export function watched<T>(path: string, parse: (text: string) => T): () => { value: T; version: number } {
  let looked = Number.NEGATIVE_INFINITY
  let version = -1
  let value = parse('')
  return () => {
    if (performance.now() - looked < 1_000) return { value, version }
    looked = performance.now()
    try {
      const { mtimeMs } = statSync(path)
      if (mtimeMs !== version) {
        value = parse(readFileSync(path, 'utf8'))
        version = mtimeMs
      }
    } catch {
      version = -1
      value = parse('')
    }
    return { value, version }
  }
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/[#;].*/, '').trim())
    .filter(Boolean)
    .map((line) => line.split(/\s+/))

/** Name → addresses, in the order of the file (hosts(5)). */
export function parseHosts(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>()
  for (const [address = '', ...names] of lines(text)) {
    if (!isIP(address)) continue
    for (const name of names.map((it) => it.toLowerCase())) {
      const known = hosts.get(name)
      if (known) known.push(address)
      else hosts.set(name, [address])
    }
  }
  return hosts
}

export type ResolverFile = { search: string[]; ndots: number }

/** What the resolver library itself does not apply: the search list and ndots (resolv.conf(5)). */
export function parseResolvConf(text: string): ResolverFile {
  const file: ResolverFile = { search: [], ndots: 1 }
  for (const [word, ...rest] of lines(text)) {
    if (word === 'search' || word === 'domain') file.search = rest.map((it) => it.toLowerCase().replace(/\.$/, ''))
    const ndots = word === 'options' && rest.find((option) => option.startsWith('ndots:'))
    if (ndots) file.ndots = Math.min(15, Number(ndots.slice(6)) || 1)
  }
  return file
}

/**
 * The full names to ask for, in order. A single label goes through the search list first; a dotted name is asked as it
 * is first, so that public names cost one query even where ndots is 5 (Kubernetes), and short service names still work.
 */
export function candidates(name: string, { search, ndots }: ResolverFile): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const dots = name.split('.').length - 1
  const searched = search.filter(Boolean).map((domain) => `${name}.${domain}`)
  if (dots === 0) return [...searched, name]
  return dots < ndots ? [name, ...searched] : [name]
}
