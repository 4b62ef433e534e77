import { Pause, Pencil, Play, Tag as TagIcon, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import { sentenceOf } from '@/api'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog, Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { count, plural, sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { type BulkAction, type BulkTarget, bulkWords, sizeOf, useBulk } from './actions'
import { BulkEdit } from './bulk-edit'

function TagDialog({ target, open, onClose }: { target: BulkTarget; open: boolean; onClose: () => void }) {
  const bulk = useBulk()
  const [tag, setTag] = useState('')
  const [busy, setBusy] = useState<'tag' | 'untag' | null>(null)
  const [error, setError] = useState<unknown>(null)
  const act = async (action: 'tag' | 'untag') => {
    setBusy(action)
    setError(null)
    try {
      toast(bulkWords(action, await bulk(action, target, { tag: tag.trim() })))
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
      title={`Tag ${plural(sizeOf(target), 'monitor')}`}
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

type Props = {
  target: BulkTarget
  /** How many match what the list shows; more than are picked can be taken with one press. */
  total: number
  onAll: () => void
  onClear: () => void
}
/** What can be done with the selected rows, or with all that match, at once. */
export function BulkBar({ target, total, onAll, onClear }: Props) {
  const bulk = useBulk()
  const [dialog, setDialog] = useState<'tag' | 'delete' | 'edit' | null>(null)
  const [busy, setBusy] = useState<BulkAction | null>(null)
  const size = sizeOf(target)
  const picked = 'ids' in target
  const monitors = plural(size, 'monitor')
  const run = async (action: 'pause' | 'resume') => {
    setBusy(action)
    try {
      const undo = { label: 'Undo', run: () => void bulk('resume', target).then((n) => toast(bulkWords('resume', n))) }
      // By a filter also those are meant that were paused before: they would be woken with the rest.
      toast(bulkWords(action, await bulk(action, target)), action === 'pause' && picked ? { action: undo } : {})
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
        className="fixed bottom-6 left-1/2 z-30 flex max-w-[calc(100vw-1.5rem)] -translate-x-1/2 flex-wrap items-center gap-1 rounded-lg bg-raised p-1.5 pl-3.5 shadow-pop max-md:bottom-20"
      >
        <span className="mr-2 text-sm font-medium whitespace-nowrap tabular-nums">
          {picked ? `${count(size)} selected` : `All ${count(size)} that match`}
        </span>
        {picked && total > size && (
          <Button variant="ghost" size="sm" className="text-accent" onClick={onAll}>
            Select all {count(total)}
          </Button>
        )}
        <Button variant="ghost" size="sm" busy={busy === 'pause'} onClick={() => run('pause')}>
          <Pause />
          Pause
        </Button>
        <Button variant="ghost" size="sm" busy={busy === 'resume'} onClick={() => run('resume')}>
          <Play />
          Resume
        </Button>
        <Button variant="ghost" size="sm" onClick={() => setDialog('edit')}>
          <Pencil />
          Edit
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
      <TagDialog target={target} open={dialog === 'tag'} onClose={() => setDialog(null)} />
      {dialog === 'edit' && <BulkEdit target={target} onClose={() => setDialog(null)} onDone={onClear} />}
      <ConfirmDialog
        open={dialog === 'delete'}
        onClose={() => setDialog(null)}
        title={`Delete ${monitors}?`}
        effect="Their checks stop and their history of 90 days is deleted. This cannot be undone."
        action={`Delete ${monitors}`}
        typed={picked ? undefined : String(size)}
        onConfirm={async () => {
          toast(bulkWords('delete', await bulk('delete', target)))
          onClear()
        }}
      />
    </>
  )
}
