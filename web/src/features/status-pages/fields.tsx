import { slugOf } from '#contract/slug'
import { Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { ZoneField } from '@/ui/zone-field'
import type { Draft } from './draft'

type Props = {
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  errors: Record<string, string>
  /** Whether the address still follows the title; an address that readers know must not. */
  follows: boolean
  onOwnSlug: () => void
}

function Slug({ draft, onChange, errors, onOwnSlug }: Props) {
  return (
    <Field
      name="slug"
      label="Address"
      hint="Lower-case letters, digits and hyphens."
      error={errors.slug}
      className="sm:col-span-2"
    >
      <div className="flex min-w-0 items-center gap-1.5">
        <span className="max-w-[55%] shrink-0 truncate font-mono text-xs text-subtle">{`${location.host}/s/`}</span>
        <Input
          mono
          value={draft.slug}
          maxLength={63}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={slugOf(draft.title) || 'status'}
          onValueChange={(slug) => {
            onOwnSlug()
            onChange({ slug: slug.toLowerCase().replace(/[\s_]+/g, '-') })
          }}
        />
      </div>
    </Field>
  )
}

/** What the page is called, where it is, and who may read it. */
export function Basics(props: Props) {
  const { draft, onChange, errors, follows } = props
  return (
    <div className="grid gap-x-5 gap-y-5 p-5 sm:grid-cols-2">
      <Field name="title" label="Title" error={errors.title} className="sm:col-span-2">
        <Input
          value={draft.title}
          maxLength={120}
          autoComplete="off"
          autoFocus={draft.title === ''}
          placeholder="Acme status"
          onValueChange={(title) => onChange({ title, ...(follows && { slug: slugOf(title) }) })}
        />
      </Field>
      <Slug {...props} />
      <Field
        name="description"
        label="Description"
        optional
        hint="A sentence below the title."
        error={errors.description}
        className="sm:col-span-2"
      >
        <Textarea
          rows={2}
          maxLength={1000}
          value={draft.description}
          onValueChange={(description) => onChange({ description })}
        />
      </Field>
      <Field
        name="visibility"
        label="Visibility"
        hint={draft.visibility === 'public' ? 'Everybody with the address.' : 'Members of this workspace, signed in.'}
        error={errors.visibility}
      >
        <Segmented
          label="Visibility"
          value={draft.visibility}
          onChange={(visibility) => onChange({ visibility })}
          choices={[
            { value: 'public', label: 'Public' },
            { value: 'members', label: 'Members' },
          ]}
        />
      </Field>
      <Field
        name="theme"
        label="Theme"
        hint={draft.theme === 'auto' ? 'Light or dark, as the reader prefers.' : `Always ${draft.theme}.`}
        error={errors.theme}
      >
        <Segmented
          label="Theme"
          value={draft.theme}
          onChange={(theme) => onChange({ theme })}
          choices={[
            { value: 'auto', label: 'Automatic' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </Field>
      <ZoneField
        label="Time zone of its days and times"
        value={draft.timezone}
        onChange={(timezone) => onChange({ timezone })}
        error={errors.timezone}
      />
    </div>
  )
}
