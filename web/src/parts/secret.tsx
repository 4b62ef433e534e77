import { CopyButton } from '@/ui/bits'

/** A value that is shown once: what it is for, the value, how to copy it. */
export const Secret = ({ value, label }: { value: string; label: string }) => (
  <div className="flex items-center gap-2 rounded-sm border border-line bg-sunken py-1 pr-1 pl-3">
    <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{value}</code>
    <CopyButton text={value} label={label} />
  </div>
)
