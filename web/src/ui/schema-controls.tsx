import { Plus, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button, IconButton } from './button'
import { Segmented } from './choice'
import { words } from './format'
import { Input, PasswordInput, Textarea } from './input'
import { NumberField } from './number-field'
import { type JsonProperty, MASK } from './schema'
import { Select } from './select'

export type ControlProps = { property: JsonProperty; value: unknown; onChange: (value: unknown) => void; label: string }

const text = (value: unknown) => (typeof value === 'string' ? value : value == null ? '' : String(value))
/** Emptied means not given: an empty string would be refused by fields that must have something. */
const orNothing = (value: string) => (value === '' ? undefined : value)

/** A stored secret is never shown: it stays as it is until somebody replaces it. */
function Secret({ property, value, onChange, label }: ControlProps) {
  const [stored] = useState(() => value === MASK)
  const box = useRef<HTMLInputElement>(null)
  if (value === MASK)
    return (
      <div className="flex h-8 items-center gap-2 rounded-sm border border-line bg-sunken pr-1 pl-2.5 coarse:h-11">
        <span className="flex-1 text-sm text-muted">Stored and not shown</span>
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Replace ${label}`}
          onClick={() => {
            onChange('')
            requestAnimationFrame(() => box.current?.focus())
          }}
        >
          Replace
        </Button>
      </div>
    )
  const keep = stored && (
    <button
      type="button"
      className="mt-1.5 text-xs text-muted underline underline-offset-3 hover:text-fg"
      onClick={() => onChange(MASK)}
    >
      Keep the stored one
    </button>
  )
  const shared = {
    value: text(value),
    // An emptied secret stays '' when one is stored, which removes it; otherwise it is just not given.
    onValueChange: (next: string) => onChange(stored ? next : orNothing(next)),
    placeholder: property['x-ui']?.placeholder,
    autoComplete: 'off',
    mono: true,
  }
  return (
    <>
      {property['x-ui']?.widget === 'code' ? (
        <Textarea {...shared} rows={5} spellCheck={false} />
      ) : (
        <PasswordInput {...shared} ref={box} />
      )}
      {keep}
    </>
  )
}

type Pair = { id: number; name: string; value: string }
let pairs = 0
const pairOf = ([name, value]: [string, string]): Pair => ({ id: pairs++, name, value })

/** Rows keep their order and place while their names are being typed; the object is made of the named ones. */
function KeyValue({ value, onChange, label }: ControlProps) {
  // Safe: the schema of this widget is a record of strings.
  const [rows, setRows] = useState(() => Object.entries((value ?? {}) as Record<string, string>).map(pairOf))
  const set = (next: Pair[]) => {
    setRows(next)
    const named = next.filter(({ name }) => name !== '')
    onChange(named.length ? Object.fromEntries(named.map((row) => [row.name, row.value])) : undefined)
  }
  const edit = (id: number, part: Partial<Pair>) => set(rows.map((row) => (row.id === id ? { ...row, ...part } : row)))
  return (
    <div className="space-y-2">
      {rows.map((row, i) => (
        <div key={row.id} className="flex items-center gap-2">
          <Input
            mono
            aria-label={`${label}, name ${i + 1}`}
            placeholder="Name"
            value={row.name}
            onValueChange={(name) => edit(row.id, { name })}
            className="flex-2"
          />
          <Input
            mono
            aria-label={`${label}, value ${i + 1}`}
            placeholder="Value"
            value={row.value}
            onValueChange={(next) => edit(row.id, { value: next })}
            className="flex-3"
          />
          <IconButton
            label={`Remove ${row.name || `row ${i + 1}`}`}
            onClick={() => set(rows.filter(({ id }) => id !== row.id))}
          >
            <X />
          </IconButton>
        </div>
      ))}
      <Button size="sm" onClick={() => setRows([...rows, pairOf(['', ''])])}>
        <Plus />
        Add
      </Button>
    </div>
  )
}

/** One entry a line, or separated by commas. */
function List({ property, value, onChange }: ControlProps) {
  const numbers = property.items?.type === 'integer' || property.items?.type === 'number'
  const parse = (typed: string) =>
    typed
      .split(/\n|,\s/)
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => (numbers && Number.isFinite(Number(line)) ? Number(line) : line))
  const [typed, setTyped] = useState(() => (Array.isArray(value) ? value.join('\n') : ''))
  const last = useRef(JSON.stringify(value ?? []))
  useEffect(() => {
    // Changed from outside (another type picked, a reset), not by typing here.
    if (JSON.stringify(value ?? []) === last.current) return
    last.current = JSON.stringify(value ?? [])
    setTyped(Array.isArray(value) ? value.join('\n') : '')
  }, [value])
  return (
    <Textarea
      mono={property['x-ui']?.mono}
      rows={3}
      value={typed}
      placeholder={property['x-ui']?.placeholder ?? 'One on each line'}
      onValueChange={(next) => {
        setTyped(next)
        const list = parse(next)
        last.current = JSON.stringify(list)
        onChange(list)
      }}
    />
  )
}

const NAMES: Record<string, string> = {
  auto: 'Automatic',
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  oauth2: 'OAuth 2',
  tls: 'TLS',
  smtp: 'SMTP',
  imap: 'IMAP',
  pop3: 'POP3',
  ftp: 'FTP',
  starttls: 'STARTTLS',
}
const choicesOf = (property: JsonProperty) =>
  (
    property.anyOf?.flatMap((one) => (one.const === undefined ? [] : [one])) ??
    property.enum?.map((value) => ({ const: value, title: undefined })) ??
    []
  ).map((one) => ({
    value: String(one.const),
    label:
      one.title ??
      NAMES[String(one.const)] ??
      (/[A-Z]/.test(String(one.const)) ? String(one.const) : words(String(one.const))),
  }))

/** The control of one property, chosen by what its schema says. */
export function Control(props: ControlProps) {
  const { property, value, onChange } = props
  const { widget, mono, placeholder, suffix } = property['x-ui'] ?? {}
  const choices = choicesOf(property)
  if (property.writeOnly) return <Secret {...props} />
  if (choices.length > 0) {
    const current = text(value ?? property.default) || undefined
    const few = widget === 'segmented' || (widget !== 'select' && choices.length <= 3)
    return few ? (
      <Segmented value={current} onChange={onChange} choices={choices} label={props.label} />
    ) : (
      <Select value={current} onChange={onChange} choices={choices} />
    )
  }
  if (property.type === 'object') return <KeyValue {...props} />
  if (property.type === 'array') return <List {...props} />
  if (property.type === 'integer' || property.type === 'number')
    return (
      <NumberField
        value={typeof value === 'number' ? value : null}
        onChange={(next) => onChange(next ?? undefined)}
        min={property.minimum}
        max={property.maximum}
        suffix={suffix}
        placeholder={placeholder ?? (property.default === undefined ? undefined : String(property.default))}
      />
    )
  const shared = { value: text(value), placeholder, mono, onValueChange: (next: string) => onChange(orNothing(next)) }
  if (widget === 'code') return <Textarea {...shared} mono rows={6} spellCheck={false} />
  const type = property.format === 'uri' ? 'url' : property.format === 'email' ? 'email' : 'text'
  const box = <Input {...shared} type={type} spellCheck={!mono} autoComplete="off" />
  return suffix ? (
    <div className="flex items-center gap-2.5">
      {box}
      <span className="shrink-0 text-sm text-subtle">{suffix}</span>
    </div>
  ) : (
    box
  )
}
