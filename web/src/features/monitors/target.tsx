import { useMemo } from 'react'
import { MonitorIdsField } from '@/parts/monitors-field'
import type { MonitorType } from '@/types'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { type Controls, SchemaForm } from '@/ui/schema-form'
import { type Draft, nameFrom } from './draft'

/** Ids of monitors are picked by name, whatever the schema says about strings. */
const useControls = (itself: string | undefined): Controls =>
  useMemo(
    () => ({
      monitors: ({ value, onChange }) => (
        // Safe: the schema of this widget is a list of ids.
        <MonitorIdsField ids={(value ?? []) as string[]} without={itself} onChange={onChange} />
      ),
    }),
    [itself],
  )

/** What is watched: its address, its name, and the settings of its type. */
export function Target({
  type,
  draft,
  onChange,
  errors,
  itself,
}: {
  type: MonitorType
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  errors: Record<string, string>
  itself: string | undefined
}) {
  const controls = useControls(itself)
  return (
    <div className="space-y-5 p-5">
      {type.takes_url && (
        <Field name="url" label="URL" error={errors.url}>
          <Input
            mono
            autoFocus={draft.url === ''}
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={`${type.schemes.at(-1)}://example.com/health`}
            value={draft.url}
            onValueChange={(url) => onChange({ url })}
            onBlur={() => draft.name === '' && onChange({ name: nameFrom(draft.url) })}
          />
        </Field>
      )}
      <Field name="name" label="Name" error={errors.name}>
        <Input
          value={draft.name}
          maxLength={120}
          autoFocus={!type.takes_url && draft.name === ''}
          autoComplete="off"
          placeholder={type.takes_url ? nameFrom(draft.url) : undefined}
          onValueChange={(name) => onChange({ name })}
        />
      </Field>
      <SchemaForm
        key={type.type}
        schema={type.settings}
        value={draft.settings}
        onChange={(settings) => onChange({ settings })}
        errors={errors}
        controls={controls}
      />
    </div>
  )
}
