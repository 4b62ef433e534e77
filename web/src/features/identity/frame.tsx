import type { ReactNode } from 'react'
import { Logo } from '@/shell/logo'
import { useTitle } from '@/shell/title'
import { cx } from '@/ui/cx'

/** One column in the middle, for people who are not signed in yet. */
export function Frame({
  title,
  lead,
  children,
  wide,
}: {
  title: string
  lead?: ReactNode
  children: ReactNode
  wide?: boolean
}) {
  useTitle(title)
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 py-10 md:py-[12dvh]">
      <div className={cx('w-full', wide ? 'max-w-xl' : 'max-w-sm')}>
        <div className="mb-8 flex items-center gap-2.5">
          <Logo size={28} />
          <span className="text-lg font-semibold">Xinex</span>
        </div>
        <h1 className="text-2xl tracking-tight">{title}</h1>
        {lead && <p className="mt-1.5 text-md text-muted">{lead}</p>}
        <div className="mt-6">{children}</div>
      </div>
    </main>
  )
}
