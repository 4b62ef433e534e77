import { useQuery } from '@tanstack/react-query'
import { FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { monitorTypesQuery } from '@/parts/data'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { plural } from '@/ui/format'
import { Textarea } from '@/ui/input'
import { type ImportRow, parseImport } from './import-parse'
import { Outcome, Preview } from './import-preview'
import { useImport } from './use-import'

const EXAMPLE = `name,type,url,host,port,interval,tags
Shop,http,https://shop.example.com,,,60,web;eu
Database,tcp,,db.example.com,5432,30,database`

/** Many monitors out of a file: read here, judged by the server, and made a thousand at a time. */
export default function ImportDialog({ onClose }: { onClose: () => void }) {
  const types = useQuery(monitorTypesQuery).data ?? []
  const [source, setSource] = useState('')
  const [rows, setRows] = useState<ImportRow[]>()
  const [problem, setProblem] = useState<string>()
  const file = useRef<HTMLInputElement>(null)
  const { state, check, run, reset } = useImport()
  const change = (next: string) => {
    setSource(next)
    setRows(undefined)
    setProblem(undefined)
    reset()
  }
  const read = (given: string) => {
    const parsed = parseImport(given, types)
    setProblem(parsed.problem)
    setRows(parsed.rows)
    if (parsed.rows) void check(parsed.rows)
  }
  const choose = async (chosen: File | undefined) => {
    if (!chosen) return
    const given = await chosen.text()
    change(given)
    read(given)
  }
  const busy = state.step === 'checking' || state.step === 'importing'
  const faults = state.step === 'checked' || state.step === 'stopped' ? state.faults : undefined
  const ready = state.step === 'checked' && state.faults.rows.size === 0 && !state.faults.rest
  const close = () => {
    reset()
    onClose()
  }
  return (
    <Dialog
      open
      wide
      onClose={close}
      title="Import monitors"
      description="JSON or CSV. Nothing is made before every row has been checked."
      footer={
        state.step === 'done' ? (
          <Button variant="primary" onClick={close}>
            Done
          </Button>
        ) : (
          <>
            {rows && !busy && <Button onClick={() => change(source)}>Change the text</Button>}
            <Button onClick={close}>Cancel</Button>
            {rows ? (
              <Button variant="primary" disabled={!ready} busy={busy} onClick={() => void run(rows)}>
                Import {plural(rows.length, 'monitor')}
              </Button>
            ) : (
              <Button variant="primary" disabled={source.trim() === ''} onClick={() => read(source)}>
                Check
              </Button>
            )}
          </>
        )
      }
    >
      {rows ? (
        <div className="space-y-3">
          <Outcome state={state} total={rows.length} />
          {state.step !== 'done' && <Preview rows={rows} faults={faults} />}
        </div>
      ) : (
        <div className="space-y-3">
          <Field
            label="Monitors"
            error={problem}
            hint="CSV needs a first line with the names of the columns; columns such as host and port are settings of the type. JSON is a list of what the API takes."
          >
            <Textarea mono rows={9} value={source} onValueChange={change} placeholder={EXAMPLE} spellCheck={false} />
          </Field>
          <input
            ref={file}
            type="file"
            accept=".json,.csv,.txt,application/json,text/csv"
            className="sr-only"
            tabIndex={-1}
            aria-label="File to import"
            onChange={(event) => void choose(event.target.files?.[0])}
          />
          <Button onClick={() => file.current?.click()}>
            <FileUp />
            Choose a file
          </Button>
        </div>
      )}
    </Dialog>
  )
}
