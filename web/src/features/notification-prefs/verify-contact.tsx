import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import type { TestAnswer } from '@/types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError, Notice } from '@/ui/field'
import { sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { type Changed, type Contact, contactPath, useRenewContacts } from './contacts'

type Props = { contact: Contact; sent: TestAnswer | null; onClose: () => void }

/** Asks for the code that was sent, and sends another. */
export function VerifyContact({ contact, sent, onClose }: Props) {
  const [code, setCode] = useState('')
  const renew = useRenewContacts()
  const verify = useMutation({
    mutationFn: () => api.post<Changed>(`${contactPath(contact.id)}/verify`, { code: code.trim() }),
    onSuccess: async () => {
      await renew()
      toast(`${contact.name} is confirmed`)
      onClose()
    },
  })
  const again = useMutation({ mutationFn: () => api.post<TestAnswer>(`${contactPath(contact.id)}/code`) })
  const last = again.data ?? sent
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Confirm ${contact.name}`}
      description={`Enter the code from the message to ${contact.label || contact.name}.`}
    >
      <Form error={verify.error} onSubmit={() => verify.mutate()} className="space-y-4">
        {last?.status === 'failed' && (
          <Notice>The code was not sent: {sentence(last.error ?? 'It was refused')}</Notice>
        )}
        {again.data?.status === 'sent' && <p className="text-sm text-muted">Another code is on its way.</p>}
        <Field name="code" label="Code" error={fieldsOf(verify.error).code}>
          <Input
            mono
            autoFocus
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={20}
            value={code}
            onValueChange={setCode}
          />
        </Field>
        <FormError error={verify.error} known={['code']} />
        <FormError error={again.error} />
        <div className="flex justify-end gap-2">
          <Button busy={again.isPending} onClick={() => again.mutate()}>
            Send a code
          </Button>
          <Button variant="primary" type="submit" busy={verify.isPending} disabled={!code.trim()}>
            Confirm
          </Button>
        </div>
      </Form>
    </Dialog>
  )
}
