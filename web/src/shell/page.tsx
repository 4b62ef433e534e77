import type { ReactNode } from 'react'
import { Breadcrumb } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { useTitle } from './title'

type Props = {
  title: string
  /** Name in the browser's tab when it should say more than the title. */
  tab?: string
  /** Buttons at the right of the title. */
  actions?: ReactNode
  /** Links to the pages above this one. */
  trail?: readonly ReactNode[]
  narrow?: boolean
  children: ReactNode
}
/** Width, gutters, title row and the name in the tab. */
export function Page({ title, tab, actions, trail, narrow, children }: Props) {
  useTitle(tab ?? title)
  return (
    <div className={cx('mx-auto px-4 pb-10 md:px-6', narrow ? 'max-w-[1180px]' : 'max-w-[1480px]')}>
      {trail && <Breadcrumb trail={trail} here={title} />}
      <div className={cx('flex flex-wrap items-center gap-x-3 gap-y-2', trail ? 'pb-4' : 'min-h-14 py-2 md:min-h-16')}>
        <h1 className={cx('min-w-0 flex-1 basis-32 tracking-tight break-words', trail ? 'text-2xl' : 'text-xl')}>
          {title}
        </h1>
        {actions && <div className="flex shrink-0 flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
