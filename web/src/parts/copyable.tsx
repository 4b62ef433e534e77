import { CopyButton } from '@/ui/bits'

/** A value that is entered somewhere else. */
export const Copyable = ({ label, value }: { label: string; value: string }) => (
  <div>
    <div className="mb-1 text-xs text-subtle">{label}</div>
    <div className="flex items-center gap-2 rounded-sm border border-line bg-sunken py-0.5 pr-1 pl-2.5">
      <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{value}</code>
      <CopyButton text={value} label={`Copy ${label}`} />
    </div>
  </div>
)
