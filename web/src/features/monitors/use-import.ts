import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ApiError, api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import type { ImportRow } from './import-parse'

/** The API takes no more at once. */
const SLICE = 1000
/** The server names no more faults than this in one answer. */
const MOST_FAULTS = 100

/** Sentences by the number of the row; `rest` is what no row can be blamed for. */
export type Faults = { rows: ReadonlyMap<number, string[]>; rest: string | null; more: boolean }
export type ImportState =
  | { step: 'idle' }
  | { step: 'checking'; done: number }
  | { step: 'importing'; done: number }
  | { step: 'checked'; faults: Faults }
  | { step: 'stopped'; created: number; faults: Faults }
  | { step: 'done'; created: number }

/** `items.17.settings.port` of a slice that begins at 1,000 is the port of row 1,017; a table has a column for it that is called so too. */
export function faultsOf(error: unknown, offset: number): Faults {
  const rows = new Map<number, string[]>()
  const rest: string[] = []
  const fields = error instanceof ApiError ? Object.entries(error.fields) : []
  for (const [path, why] of fields) {
    const found = /^items[.[](\d+)\]?\.?(.*)$/.exec(path)
    if (!found) rest.push(`${path}: ${why}`)
    else {
      const row = offset + Number(found[1])
      rows.set(row, [...(rows.get(row) ?? []), found[2] ? `${found[2].replace(/^settings\./, '')} ${why}` : why])
    }
  }
  if (fields.length === 0) rest.push(sentenceOf(error))
  return { rows, rest: rest.join('; ') || null, more: fields.length >= MOST_FAULTS }
}

const none: Faults = { rows: new Map(), rest: null, more: false }
const joined = (a: Faults, b: Faults): Faults => ({
  rows: new Map([...a.rows, ...b.rows]),
  rest: a.rest ?? b.rest,
  more: a.more || b.more,
})
const isRefusal = (error: unknown) => error instanceof ApiError && error.status === 422

/** Judges and makes many monitors, a thousand at a time; each thousand is made whole or not at all. */
export function useImport() {
  const client = useQueryClient()
  const [state, setState] = useState<ImportState>({ step: 'idle' })
  const cancel = useRef<AbortController>(undefined)
  const send = async (rows: readonly ImportRow[], from: number, dry_run: boolean) => {
    const items = rows.slice(from, from + SLICE).map(({ draft }) => draft)
    await api.post('/monitors/import', { items, dry_run }, { signal: cancel.current?.signal })
    return items.length
  }
  const begin = () => {
    cancel.current?.abort()
    cancel.current = new AbortController()
    return cancel.current.signal
  }

  const check = async (rows: readonly ImportRow[]) => {
    const signal = begin()
    let faults: Faults = {
      ...none,
      rows: new Map(rows.flatMap(({ problem }, i) => (problem ? [[i, [problem]] as const] : []))),
    }
    for (let from = 0; from < rows.length && !faults.rest; from += SLICE) {
      setState({ step: 'checking', done: from })
      try {
        await send(rows, from, true)
      } catch (error) {
        if (signal.aborted) return
        faults = joined(faults, faultsOf(error, from))
      }
    }
    if (!signal.aborted) setState({ step: 'checked', faults })
  }

  const run = async (rows: readonly ImportRow[]) => {
    const signal = begin()
    let created = 0
    try {
      while (created < rows.length) {
        setState({ step: 'importing', done: created })
        created += await send(rows, created, false)
      }
      setState({ step: 'done', created })
    } catch (error) {
      if (!signal.aborted)
        setState({
          step: 'stopped',
          created,
          faults: isRefusal(error) ? faultsOf(error, created) : { ...none, rest: sentenceOf(error) },
        })
    }
    void client.invalidateQueries({ queryKey: keys.allMonitors })
    void client.invalidateQueries({ queryKey: keys.monitorTags })
  }
  const reset = () => {
    cancel.current?.abort()
    setState({ step: 'idle' })
  }
  return { state, check, run, reset }
}
