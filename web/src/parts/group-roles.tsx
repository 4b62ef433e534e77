import { Plus, X } from 'lucide-react'
import type { GroupRole, Role } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { roleName } from './roles'

const given: readonly Role[] = ['viewer', 'member', 'admin']
/** What somebody can become by what a provider says of them. */
export const roleChoices = given.map((value) => ({ value, label: roleName[value] }))

/** Which group of the provider makes which role; the first that fits wins. */
export function GroupRoles({
  value,
  onChange,
  error,
}: {
  value: readonly GroupRole[]
  onChange: (value: GroupRole[]) => void
  error?: string
}) {
  const put = (at: number, part: Partial<GroupRole>) =>
    onChange(value.map((one, i) => (i === at ? { ...one, ...part } : one)))
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1.5 text-sm font-medium">Roles by group</legend>
      {value.map(({ group, role }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order is the meaning, and rows have no other name.
        <div key={i} className="flex items-center gap-2">
          <Input
            aria-label={`Group ${i + 1}`}
            placeholder="Name of the group"
            value={group}
            onValueChange={(next) => put(i, { group: next })}
          />
          <Select
            label={`Role of group ${i + 1}`}
            className="w-32 shrink-0"
            value={role}
            onChange={(next) => put(i, { role: next })}
            choices={roleChoices}
          />
          <IconButton label={`Remove group ${i + 1}`} onClick={() => onChange(value.filter((_, at) => at !== i))}>
            <X />
          </IconButton>
        </div>
      ))}
      <Button size="sm" onClick={() => onChange([...value, { group: '', role: 'member' }])}>
        <Plus />
        Add group
      </Button>
      <p className="text-xs text-subtle">Applied at every sign-in; the first group that fits wins.</p>
      {error && <p className="text-xs text-down">{error}</p>}
    </fieldset>
  )
}
