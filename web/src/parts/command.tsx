import { CopyButton } from '@/ui/bits'

/** Lines to paste into a shell: what they are for, the lines as they are, how to copy them. */
export const CommandLines = ({ label, text }: { label: string; text: string }) => (
  <div>
    <div className="mb-1 flex items-end justify-between gap-2 text-xs text-subtle">
      {label}
      <CopyButton text={text} label={`Copy: ${label}`} />
    </div>
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard.
      tabIndex={0}
      className="max-h-48 overflow-y-auto rounded-sm border border-line bg-sunken px-3 py-2 font-mono text-xs leading-5 whitespace-pre-wrap break-all"
    >
      {text}
    </pre>
  </div>
)
