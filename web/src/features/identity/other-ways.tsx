import { ProviderMark } from '@/parts/provider-mark'
import { buttonClass } from '@/ui/button'

/** Between the form and the other ways in. */
export const Or = () => (
  <div aria-hidden className="my-5 flex items-center gap-3 text-xs text-subtle">
    <span className="h-px flex-1 bg-line" />
    or
    <span className="h-px flex-1 bg-line" />
  </div>
)

type Provider = { slug: string; name: string; kind: string }
/** Whole page loads: the server sends the browser on to the other site. */
export const ProviderLinks = ({ providers, return_to }: { providers: readonly Provider[]; return_to: string }) =>
  providers.map(({ slug, name, kind }) => (
    <a
      key={slug}
      href={`/api/v1/auth/oauth/${encodeURIComponent(slug)}?return_to=${encodeURIComponent(return_to)}`}
      className={buttonClass('secondary', 'md', 'w-full')}
    >
      <ProviderMark kind={kind} name={name} />
      Continue with {name}
    </a>
  ))
