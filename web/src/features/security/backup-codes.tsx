import { Download, Printer } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { useMe } from '@/session'
import { CopyButton } from '@/ui/bits'
import { Button } from '@/ui/button'
import { useFactorsChanged } from './factors'
import { type Step, StepDialog, useProofStep } from './proof-dialog'

/** A file of this page's own making; nothing is asked of the server. */
function save(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

// The field that had the focus is gone; not the button, or one Enter too many would close the only look at them.
const focus = (list: HTMLElement | null) => list?.focus()

function Codes({ codes }: { codes: readonly string[] }) {
  const { email } = useMe()
  const text = [`Xinex backup codes, ${location.host}, ${email}`, 'Each is good once.', '', ...codes, ''].join('\n')
  return (
    <div data-print>
      <p className="hidden text-sm print:block">
        Xinex, {location.host}, {email}
      </p>
      <ol
        ref={focus}
        tabIndex={-1}
        aria-label="Backup codes"
        className="grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-sm border border-line bg-sunken px-4 py-3 font-mono text-sm outline-none"
      >
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ol>
      <div className="mt-3 flex flex-wrap gap-2 print:hidden">
        <CopyButton text={codes.join('\n')} label="Copy all codes">
          Copy
        </CopyButton>
        <Button onClick={() => save('xinex-backup-codes.txt', text)}>
          <Download />
          Download
        </Button>
        <Button onClick={() => print()}>
          <Printer />
          Print
        </Button>
      </div>
    </div>
  )
}

/** Shown once; the server keeps hashes. */
export const codesStep = (codes: readonly string[], onClose: () => void): Step => ({
  title: 'Keep your backup codes',
  description: 'Each signs you in once, when you do not have your device. They are not shown again.',
  footer: (
    <Button variant="primary" onClick={onClose} className="print:hidden">
      I have kept them
    </Button>
  ),
  body: <Codes codes={codes} />,
})

/** Replaces all of them, used or not. */
export function NewCodes({ onClose }: { onClose: () => void }) {
  const changed = useFactorsChanged()
  const [codes, setCodes] = useState<string[]>()
  const close = () => {
    if (codes) void changed()
    onClose()
  }
  const proof = useProofStep({
    onClose: close,
    title: 'New backup codes?',
    description: 'The codes you have now stop working.',
    action: 'Make new codes',
    onConfirm: async (proof) => {
      const { backup_codes } = await api.post<{ backup_codes: string[] }>('/me/mfa/backup-codes', proof)
      setCodes(backup_codes)
    },
  })
  return <StepDialog step={codes ? codesStep(codes, close) : proof} onClose={close} />
}
