import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { severities } from '#contract/statuses'
import { fieldsOf } from '@/api'
import { severityLabel } from '@/parts/incident-words'
import type { MonitorListItem, Severity } from '@/types'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { useReport } from './actions'
import { MonitorPicker } from './monitor-picker'

const FIELDS = ['title', 'severity', 'message', 'monitor_id']

/** Only mounted while open, so that every report starts empty. */
function ReportForm({
  onClose,
  id,
  report,
}: {
  onClose: () => void
  id: string
  report: ReturnType<typeof useReport>
}) {
  const navigate = useNavigate()
  const [title, setTitle] = useState('')
  const [severity, setSeverity] = useState<Severity>('high')
  const [message, setMessage] = useState('')
  const [monitor, setMonitor] = useState<MonitorListItem | null>(null)
  const errors = fieldsOf(report.error)
  const send = () =>
    report.mutate(
      { title: title.trim(), severity, message: message.trim() || undefined, monitor_id: monitor?.id },
      {
        onSuccess: (incident) => {
          onClose()
          void navigate({ to: '/incidents/$id', params: { id: incident.id } })
        },
      },
    )
  return (
    <Form id={id} error={report.error} onSubmit={send} className="grid gap-4">
      <Field label="Title" name="title" error={errors.title}>
        <Input
          value={title}
          onValueChange={setTitle}
          maxLength={200}
          autoComplete="off"
          placeholder="Payments fail for some customers"
        />
      </Field>
      <Field label="Severity" name="severity" error={errors.severity}>
        <Segmented
          label="Severity"
          value={severity}
          onChange={setSeverity}
          choices={severities.map((value) => ({ value, label: severityLabel[value] }))}
        />
      </Field>
      <Field label="What is known" name="message" optional error={errors.message}>
        <Textarea value={message} onValueChange={setMessage} maxLength={2000} rows={4} />
      </Field>
      <Field
        label="Monitor"
        name="monitor_id"
        optional
        error={errors.monitor_id}
        hint="The monitor it is about, if there is one."
      >
        <MonitorPicker value={monitor} onChange={setMonitor} />
      </Field>
      <FormError error={report.error} known={FIELDS} />
    </Form>
  )
}

/** What no monitor can see: somebody called, a supplier wrote. Channels are told like of any other incident. */
export function ReportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const id = useId()
  const report = useReport()
  const close = () => {
    report.reset()
    onClose()
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Report an incident"
      description="Your channels are notified at once."
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={report.isPending}>
            Report incident
          </Button>
        </>
      }
    >
      <ReportForm id={id} report={report} onClose={close} />
    </Dialog>
  )
}
