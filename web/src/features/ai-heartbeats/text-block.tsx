import { CopyButton } from '@/ui/bits'

/** Text as it is, with its line breaks, and how to copy it; long ones scroll. */
export const TextBlock = ({
  title,
  text,
  label = title.toLowerCase(),
}: {
  title: string
  text: string
  label?: string
}) => (
  <div>
    <div className="mb-1 flex items-end justify-between gap-2 text-xs text-subtle">
      {title}
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard.
      tabIndex={0}
      className="max-h-[28rem] overflow-auto rounded-sm border border-line bg-surface px-3 py-2 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere"
    >
      {text}
    </pre>
  </div>
)
