import type { ReactNode } from 'react'

const marks: Record<string, ReactNode> = {
  google: (
    <path
      d="M13.2 4.6A6 6 0 1 0 14 8H8.4"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="square"
      strokeLinejoin="round"
    />
  ),
  microsoft: <path d="M2 2h5.5v5.5H2zM8.5 2H14v5.5H8.5zM2 8.5h5.5V14H2zM8.5 8.5H14V14H8.5z" fill="currentColor" />,
}

/** One colour and our own drawing; a letter for those without a shape that everybody knows. */
export function ProviderMark({ kind, name }: { kind: string; name: string }) {
  const mark = marks[kind]
  if (mark)
    return (
      <svg viewBox="0 0 16 16" aria-hidden>
        {mark}
      </svg>
    )
  return (
    <span
      aria-hidden
      className="grid size-4 shrink-0 place-items-center rounded-xs bg-ink text-[10px] leading-none font-semibold text-on-ink"
    >
      {name.trim().charAt(0).toUpperCase()}
    </span>
  )
}
