import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { SearchInput } from '@/ui/input'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { type Variable, variablesQuery } from './queries'

/** Descriptions come with backticks around words that are written as they are. */
const Says = ({ text }: { text: string }) => {
  const parts = text.split('`').map((part, at) => ({ part, at, code: at % 2 === 1 }))
  return parts.map(({ part, at, code }) => (code ? <code key={at}>{part}</code> : part))
}
const exampleOf = ({ example }: Variable): string | null => {
  if (example === null || example === '' || (Array.isArray(example) && example.length === 0)) return null
  return Array.isArray(example) ? example.join(', ') : String(example)
}

function Entry({ variable, onPick }: { variable: Variable; onPick?: (name: string) => void }) {
  const { name, says } = variable
  const example = exampleOf(variable)
  const text = (
    <>
      <code className="font-mono text-xs wrap-anywhere">{name}</code>
      <span className="block text-xs text-subtle wrap-anywhere">
        <Says text={says} />
        {example && <span className="line-clamp-1">{example}</span>}
      </span>
    </>
  )
  if (!onPick) return <div className="px-4 py-1.5">{text}</div>
  return (
    <button
      type="button"
      onClick={() => onPick(name)}
      className="block w-full px-4 py-1.5 text-left -outline-offset-2 hover:bg-hover"
    >
      <span className="sr-only">Insert </span>
      {text}
    </button>
  )
}

/** All that a template can name. */
export function Variables({ onPick }: { onPick?: (name: string) => void }) {
  const { data, error, refetch } = useQuery(variablesQuery)
  const [wanted, setWanted] = useState('')
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={4} />
  const needle = wanted.trim().toLowerCase()
  const shown = data.filter(({ name, says }) => `${name} ${says}`.toLowerCase().includes(needle))
  return (
    <>
      <div className="p-3">
        <SearchInput label="Find a name" value={wanted} onValueChange={setWanted} />
      </div>
      <ul
        aria-label="Names"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard.
        tabIndex={0}
        className="max-h-96 divide-y divide-line overflow-y-auto border-t border-line"
      >
        {shown.map((variable) => (
          <li key={variable.name}>
            <Entry variable={variable} onPick={onPick} />
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="px-4 pb-3 text-sm text-subtle">Nothing is called “{wanted}”.</p>}
      <p className="border-t border-line px-4 py-3 text-xs text-subtle">
        <code className="font-mono">{'{{incident.title}}'}</code> says a value.{' '}
        <code className="font-mono">{'{{#monitor}}…{{/monitor}}'}</code> is said only if there is one,{' '}
        <code className="font-mono">{'{{^monitor}}…{{/monitor}}'}</code> only if there is none.
      </p>
    </>
  )
}
