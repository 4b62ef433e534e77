import { Secret } from '@/parts/secret'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import type { Integration } from './data'

/** What to enter in the other program, each value with a button that copies it. */
export const Enter = ({ integration, onClose }: { integration: Integration; onClose: () => void }) => (
  <Dialog
    open
    onClose={onClose}
    title={`Enter this in ${integration.title}`}
    description="Whoever has the key can open and close incidents."
    footer={
      <Button variant="primary" onClick={onClose}>
        Done
      </Button>
    }
  >
    <dl className="space-y-3">
      {integration.enter.map(({ title, value }) => (
        <div key={title}>
          <dt className="mb-1 text-sm font-medium">{title}</dt>
          <dd>
            <Secret value={value} label={`Copy ${title}`} />
          </dd>
        </div>
      ))}
    </dl>
  </Dialog>
)
