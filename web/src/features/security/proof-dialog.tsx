import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { ApiError, fieldsOf } from '@/api'
import { type Proof, ProofError, ProofField, useProof } from '@/parts/proof'
import { useThrottle } from '@/parts/throttle'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/field'

/** What a dialog shows at the moment. One that has several steps stays open between them, or the focus would be lost. */
export type Step = { title: ReactNode; description?: ReactNode; footer: ReactNode; body: ReactNode }
export const StepDialog = ({ step, onClose }: { step: Step; onClose: () => void }) => (
  <Dialog open onClose={onClose} title={step.title} description={step.description} footer={step.footer}>
    {step.body}
  </Dialog>
)

/** A sentence per field, and the one about a code, which the server says without naming a field. */
export const fieldsIn = (error: unknown): Record<string, string> =>
  error instanceof ApiError && error.code === 'MFA_CODE_INVALID' ? { code: error.message } : fieldsOf(error)

type Props = {
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  action: string
  danger?: boolean
  /** Other fields are filled in as well. */
  ready?: boolean
  onConfirm: (proof: Proof['body']) => Promise<unknown>
  /** Names of the fields that `children` show. */
  known?: string[]
  /** Further fields, with the sentence for each; above the password. */
  children?: (errors: Record<string, string>, error: unknown) => ReactNode
}
/** A change of how somebody signs in: asks for the password first, stays with the reason when it is refused. */
export function useProofStep(props: Props): Step {
  const { onClose, title, description, action, danger, ready = true, onConfirm, known = [], children } = props
  const proof = useProof()
  const id = useId()
  const act = useMutation({ mutationFn: () => onConfirm(proof.body) })
  const wait = useThrottle(act.error)
  const errors = fieldsIn(act.error)
  const inField = known.includes('code') && act.error instanceof ApiError && act.error.code === 'MFA_CODE_INVALID'
  return {
    title,
    description,
    footer: (
      <>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant={danger ? 'danger' : 'primary'}
          type="submit"
          form={id}
          busy={act.isPending}
          disabled={!ready || !proof.ready || wait > 0}
        >
          {action}
        </Button>
      </>
    ),
    body: (
      <Form id={id} error={act.error} onSubmit={() => act.mutate()} className="space-y-4">
        {children?.(errors, act.error)}
        <ProofField proof={proof} error={act.error} autoFocus={!children} />
        {!inField && <ProofError proof={proof} error={act.error} known={known} />}
        {!proof.needed && !children && !act.error && (
          <p className="text-sm text-muted">This needs a sign-in of the last 15 minutes.</p>
        )}
      </Form>
    ),
  }
}

export const ProofDialog = (props: Props) => <StepDialog step={useProofStep(props)} onClose={props.onClose} />
