import { ExternalLink } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { StatusPage } from '@/types'
import { buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'

type Width = 'phone' | 'desktop'
/** A common phone, and the least width at which the page looks as on a large screen. */
const PIXELS: Record<Width, number> = { phone: 390, desktop: 1024 }
const HEIGHT = 640

/** How much of its true size a page of this width gets in the room there is. */
function useScale(width: number) {
  const room = useRef<HTMLDivElement>(null)
  const [available, setAvailable] = useState(0)
  useEffect(() => {
    const box = room.current
    if (!box) return
    const watch = new ResizeObserver(() => setAvailable(box.clientWidth))
    watch.observe(box)
    return () => watch.disconnect()
  }, [])
  return { room, scale: available === 0 ? 0 : Math.min(1, available / width) }
}

/** The true page as readers get it, in the width of a phone or of a large screen. */
export function Preview({ page, dirty }: { page: StatusPage; dirty: boolean }) {
  const [width, setWidth] = useState<Width>('desktop')
  const { room, scale } = useScale(PIXELS[width])
  return (
    <Card aria-labelledby="preview" className="h-fit overflow-hidden xl:sticky xl:top-4">
      <CardHead id="preview" title="Preview" hint={dirty ? 'of what is saved' : undefined}>
        <Segmented
          label="Width of the preview"
          size="sm"
          value={width}
          onChange={setWidth}
          choices={[
            { value: 'phone', label: '390' },
            { value: 'desktop', label: 'Desktop' },
          ]}
        />
        <a href={`/s/${page.slug}`} target="_blank" rel="noreferrer" className={buttonClass('secondary', 'sm')}>
          <ExternalLink />
          Open
        </a>
      </CardHead>
      <div ref={room} className="overflow-hidden bg-sunken" style={{ height: HEIGHT }}>
        {scale > 0 && (
          <iframe
            title={`Preview of ${page.title}`}
            // The address changes with every save: what the browser keeps of the page may be older.
            key={page.updated_at}
            src={`/s/${page.slug}?v=${Date.parse(page.updated_at)}`}
            // It has no scripts; its own origin is needed for the members' cookie.
            sandbox="allow-same-origin allow-popups"
            className="mx-auto block origin-top-left border-0 bg-surface"
            style={{
              width: PIXELS[width],
              height: HEIGHT / scale,
              transform: scale < 1 ? `scale(${scale})` : undefined,
            }}
          />
        )}
      </div>
    </Card>
  )
}

export const NoPreview = () => (
  <Card aria-labelledby="preview" className="h-fit xl:sticky xl:top-4">
    <CardHead id="preview" title="Preview" />
    <p className="px-4 py-3.5 text-sm text-muted">
      The page appears here as its readers see it, as soon as it is added. Nothing is public before that.
    </p>
  </Card>
)
