import { ChevronRight } from 'lucide-react'
import { type ComponentType, useEffect, useState } from 'react'
import { Switch } from './choice'
import { cx } from './cx'
import { Field } from './field'
import { words } from './format'
import { fieldsIn, isRequired, type JsonProperty, type JsonSchema, type Values } from './schema'
import { Control, type ControlProps } from './schema-controls'

/** Controls that know more than a schema says, by the name of the widget. */
export type Controls = Record<string, ComponentType<ControlProps>>

type Props = {
  schema: JsonSchema
  value: Values
  onChange: (value: Values) => void
  /** The server's field sentences as they come; those below `prefix` are shown at their fields. */
  errors?: Record<string, string>
  prefix?: string
  controls?: Controls
}

function Property({
  name,
  property,
  error,
  required,
  value,
  onChange,
  own,
}: {
  name: string
  property: JsonProperty
  error?: string
  required: boolean
  value: unknown
  onChange: (value: unknown) => void
  own?: ComponentType<ControlProps>
}) {
  const Shown = own ?? Control
  const label = property.title ?? words(name)
  const span = property['x-ui']?.span === 1 ? 'sm:col-span-1' : 'sm:col-span-2'
  if (property.type === 'boolean')
    return (
      <div className={span}>
        <Switch
          label={label}
          hint={property.description}
          error={error}
          checked={Boolean(value ?? property.default)}
          onChange={onChange}
        />
      </div>
    )
  return (
    // A field with a default always has a value, so it needs no "Optional".
    <Field
      name={name}
      label={label}
      hint={property.description}
      error={error}
      optional={!required && property.default === undefined}
      className={span}
    >
      <Shown property={property} value={value} onChange={onChange} label={label} />
    </Field>
  )
}

/** Form for the settings of a monitor type or channel type, made from its schema. Remount it (`key`) when the type changes. */
export function SchemaForm({ schema, value, onChange, errors = {}, prefix = 'settings.', controls }: Props) {
  // `settings.headers.X` and `settings.values[0]` belong to the field `headers` and `values`.
  const errorOf = (name: string) =>
    errors[`${prefix}${name}`] ??
    Object.entries(errors).find(
      ([path]) => path.startsWith(`${prefix}${name}.`) || path.startsWith(`${prefix}${name}[`),
    )?.[1]
  const draw = ([name, property]: [string, JsonProperty]) => (
    <Property
      key={name}
      name={`${prefix}${name}`}
      property={property}
      error={errorOf(name)}
      required={isRequired(schema, name)}
      value={value[name]}
      own={controls?.[property['x-ui']?.widget ?? '']}
      onChange={(next) => onChange({ ...value, [name]: next })}
    />
  )
  const basic = fieldsIn(schema, 'basic', value)
  const advanced = fieldsIn(schema, 'advanced', value)
  const wrong = advanced.some(([name]) => errorOf(name))
  const [open, setOpen] = useState(wrong)
  useEffect(() => {
    if (wrong) setOpen(true)
  }, [wrong])
  return (
    <div>
      <div className="grid gap-x-5 gap-y-5 sm:grid-cols-2">{basic.map(draw)}</div>
      {advanced.length > 0 && (
        <div className={cx('border-t border-line pt-4', basic.length > 0 && 'mt-6')}>
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="flex items-center gap-1.5 rounded-xs text-sm font-medium text-muted hover:text-fg coarse:min-h-10"
          >
            <ChevronRight className={cx('size-3.5 transition-transform duration-(--fast)', open && 'rotate-90')} />
            Advanced
          </button>
          {open && <div className="mt-4 grid gap-x-5 gap-y-5 sm:grid-cols-2">{advanced.map(draw)}</div>}
        </div>
      )}
    </div>
  )
}
