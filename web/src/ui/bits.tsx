import { Check, ChevronRight, Copy } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button, IconButton } from './button'
import { cx } from './cx'

export const Kbd = ({ children }: { children: ReactNode }) => (
  <kbd className="rounded-xs border border-line bg-sunken px-1 font-sans text-2xs text-subtle">{children}</kbd>
)
export const Tag = ({ children, title }: { children: ReactNode; title?: string }) => (
  <span
    title={title}
    className="inline-block max-w-40 truncate rounded-xs bg-sunken px-1.5 py-px align-middle text-2xs text-muted ring-1 ring-line ring-inset"
  >
    {children}
  </span>
)

/** Initials on a colour that stays the same for the same name. */
export function Avatar({ name, size = 22 }: { name: string; size?: number }) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
  const initials = name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2)
    .toUpperCase()
  return (
    <span
      aria-hidden
      className="inline-grid shrink-0 place-items-center rounded-full font-semibold"
      style={{
        width: size,
        height: size,
        fontSize: size * 0.42,
        background: `light-dark(oklch(.91 .05 ${hue}), oklch(.36 .07 ${hue}))`,
        color: `light-dark(oklch(.38 .11 ${hue}), oklch(.9 .06 ${hue}))`,
      }}
    >
      {initials}
    </span>
  )
}

/** Plain-http installs have no navigator.clipboard: https://developer.mozilla.org/docs/Web/Security/Secure_Contexts */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'fixed opacity-0'
    // Beside the focused element: a dialog's focus trap would take the focus back otherwise.
    const home = document.activeElement?.parentElement ?? document.body
    home.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

/** Copies `text`; the icon alone, or with `children` a whole button. */
export function CopyButton({
  text,
  label,
  children,
  className,
}: {
  text: string
  label: string
  children?: ReactNode
  className?: string
}) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  const act = async () => {
    setState((await copy(text)) ? 'done' : 'failed')
    setTimeout(() => setState('idle'), 1600)
  }
  const icon = state === 'done' ? <Check className="text-up" /> : <Copy />
  const spoken = state === 'done' ? 'Copied' : state === 'failed' ? 'Copying failed: select the text instead' : label
  return (
    <>
      {children ? (
        <Button onClick={act} className={className}>
          {icon}
          {state === 'idle' ? children : spoken}
        </Button>
      ) : (
        <IconButton label={spoken} onClick={act} className={cx('[&_svg]:size-3.5', className)}>
          {icon}
        </IconButton>
      )}
      <span role="status" className="sr-only">
        {state === 'idle' ? '' : spoken}
      </span>
    </>
  )
}

/** `<Breadcrumb trail={[<Link to="/monitors">Monitors</Link>]} here="Checkout API" />` */
export const Breadcrumb = ({ trail, here }: { trail: readonly ReactNode[]; here: ReactNode }) => (
  <nav aria-label="Breadcrumb" className="flex h-12 min-w-0 items-center gap-1 text-sm text-subtle [&_a]:hover:text-fg">
    {trail.map((step, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the trail is fixed.
      <span key={i} className="flex shrink-0 items-center gap-1">
        {step}
        <ChevronRight aria-hidden className="size-3.5" />
      </span>
    ))}
    <span aria-current="page" className="truncate text-muted">
      {here}
    </span>
  </nav>
)
