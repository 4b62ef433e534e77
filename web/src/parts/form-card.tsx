import type { ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Form, FormError } from '@/ui/field'

/** A card that is a form: its fields, what was refused, and one button. */
export function FormCard({
  title,
  error,
  onSubmit,
  known,
  busy,
  disabled,
  action,
  problem,
  children,
}: {
  title: string
  error: unknown
  onSubmit: () => void
  known: string[]
  busy: boolean
  disabled: boolean
  action: string
  /** In place of the sentence about the error. */
  problem?: ReactNode
  children: ReactNode
}) {
  return (
    <Card>
      <CardHead title={title} />
      <Form error={error} onSubmit={onSubmit}>
        <div className="space-y-4 p-4">
          {children}
          {problem ?? <FormError error={error} known={known} />}
        </div>
        <footer className="flex justify-end border-t border-line px-4 py-3">
          <Button type="submit" variant="secondary" busy={busy} disabled={disabled}>
            {action}
          </Button>
        </footer>
      </Form>
    </Card>
  )
}
