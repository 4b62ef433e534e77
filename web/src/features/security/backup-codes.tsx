import { Download, Printer } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { useMe } from '@/session'
import { CopyButton } from '@/ui/bits'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { useFactorsChanged } from './factors'
import { ProofDialog } from './proof-dialog'

/** A file of this page's own making; nothing is asked of the server. */
function save(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** Shown once; the server keeps hashes. */
export function CodesDialog({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const { email } = useMe()
  const text = [`Xinex backup codes, ${location.host}, ${email}`, 'Each is good once.', '', ...codes, ''].join('\n')
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keep your backup codes"
      description="Each signs you in once, when you do not have your device. They are not shown again."
      footer={
        <Button variant="primary" onClick={onClose} className="print:hidden">
          I have kept them
        </Button>
      }
    >
      <div data-print>
        <p className="hidden text-sm print:block">
          Xinex, {location.host}, {email}
        </p>
        <ol
          aria-label="Backup codes"
          className="grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-sm border border-line bg-sunken px-4 py-3 font-mono text-sm"
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
    </Dialog>
  )
}

/** Replaces all of them, used or not. */
export function NewCodes({ onClose }: { onClose: () => void }) {
  const changed = useFactorsChanged()
  const [codes, setCodes] = useState<string[]>()
  if (codes)
    return (
      <CodesDialog
        codes={codes}
        onClose={() => {
          void changed()
          onClose()
        }}
      />
    )
  return (
    <ProofDialog
      onClose={onClose}
      title="New backup codes?"
      description="The codes you have now stop working."
      action="Make new codes"
      onConfirm={async (proof) => {
        const { backup_codes } = await api.post<{ backup_codes: string[] }>('/me/mfa/backup-codes', proof)
        setCodes(backup_codes)
      }}
    />
  )
}
