import { Pause, Play, Tag as TagIcon, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import { sentenceOf } from '@/api'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog, Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { plural, sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { type BulkAction, bulkWords, useBulk } from './actions'

function TagDialog({ ids, open, onClose }: { ids: readonly string[]; open: boolean; onClose: () => void }) {
  const bulk = useBulk()
  const [tag, setTag] = useState('')
  const [busy, setBusy] = useState<'tag' | 'untag' | null>(null)
  const [error, setError] = useState<unknown>(null)
  const act = async (action: 'tag' | 'untag') => {
    setBusy(action)
    setError(null)
    try {
      toast(bulkWords(action, await bulk(action, ids, tag.trim())))
      setTag('')
      onClose()
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(null)
    }
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Tag ${plural(ids.length, 'monitor')}`}
      footer={
        <>
          <Button busy={busy === 'untag'} disabled={!tag.trim()} onClick={() => act('untag')}>
            Remove tag
          </Button>
          <Button variant="primary" busy={busy === 'tag'} disabled={!tag.trim()} onClick={() => act('tag')}>
            Add tag
          </Button>
        </>
      }
    >
      <Form error={error} onSubmit={() => tag.trim() && void act('tag')}>
        <Field label="Tag" hint="At most 40 characters.">
          <Input value={tag} onValueChange={setTag} maxLength={40} autoComplete="off" />
        </Field>
        <FormError error={error} className="mt-3" />
      </Form>
    </Dialog>
  )
}

/** What can be done with the selected rows at once. */
export function BulkBar({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  const bulk = useBulk()
  const [dialog, setDialog] = useState<'tag' | 'delete' | null>(null)
  const [busy, setBusy] = useState<BulkAction | null>(null)
  const run = async (action: 'pause' | 'resume') => {
    setBusy(action)
    try {
      const undo = { label: 'Undo', run: () => void bulk('resume', ids).then((n) => toast(bulkWords('resume', n))) }
      toast(bulkWords(action, await bulk(action, ids)), action === 'pause' ? { action: undo } : {})
      onClear()
    } catch (error) {
      toast(`The monitors could not be ${action}d`, { description: sentence(sentenceOf(error)) })
    } finally {
      setBusy(null)
    }
  }
  return (
    <>
      <div
        role="toolbar"
        aria-label="Selected monitors"
        className="fixed bottom-6 left-1/2 z-30 flex -translate-x-1/2 items-center gap-1 rounded-lg bg-raised p-1.5 pl-3.5 shadow-pop max-md:bottom-20"
      >
        <span className="mr-2 text-sm font-medium whitespace-nowrap tabular-nums">{ids.length} selected</span>
        <Button variant="ghost" size="sm" busy={busy === 'pause'} onClick={() => run('pause')}>
          <Pause />
          Pause
        </Button>
        <Button variant="ghost" size="sm" busy={busy === 'resume'} onClick={() => run('resume')}>
          <Play />
          Resume
        </Button>
        <Button variant="ghost" size="sm" onClick={() => setDialog('tag')}>
          <TagIcon />
          Tag
        </Button>
        <Button variant="ghost" size="sm" className="text-down" onClick={() => setDialog('delete')}>
          <Trash2 />
          Delete
        </Button>
        <IconButton label="Clear the selection" onClick={onClear}>
          <X />
        </IconButton>
      </div>
      <TagDialog ids={ids} open={dialog === 'tag'} onClose={() => setDialog(null)} />
      <ConfirmDialog
        open={dialog === 'delete'}
        onClose={() => setDialog(null)}
        title={`Delete ${plural(ids.length, 'monitor')}?`}
        effect="Their checks stop and their history of 90 days is deleted. This cannot be undone."
        action={`Delete ${plural(ids.length, 'monitor')}`}
        onConfirm={async () => {
          toast(bulkWords('delete', await bulk('delete', ids)))
          onClear()
        }}
      />
    </>
  )
}
