import { Fragment } from 'react'
import { type NotificationPrefs, prefKinds } from '#contract/oncall'
import { Checkbox } from '@/ui/choice'
import { isOn, type MatrixRow, matrixGroups, wayWords, withWish } from './matrix'

type Matrix = NotificationPrefs['matrix']
type Props = { matrix: Matrix; onChange: (matrix: Matrix) => void }

const Row = ({ row: { type, label, kinds }, matrix, onChange }: Props & { row: MatrixRow }) => (
  <tr className="border-t border-line">
    <th scope="row" className="py-2 pr-2 pl-4 text-left text-sm font-normal">
      {label}
    </th>
    {prefKinds.map((kind) => (
      <td key={kind} className="h-10 px-0.5 text-center align-middle coarse:h-12">
        {kinds.includes(kind) ? (
          <Checkbox
            ariaLabel={`${label}: ${wayWords[kind].long}`}
            checked={isOn(matrix, type, kind)}
            onChange={(on) => onChange(withWish(matrix, type, kind, on))}
            // The whole cell is meant for a finger.
            className="relative mx-auto after:absolute after:-inset-3"
          />
        ) : (
          <span className="text-xs text-subtle">
            <span aria-hidden>–</span>
            <span className="sr-only">Not sent this way</span>
          </span>
        )}
      </td>
    ))}
  </tr>
)

/** Which news come which way. */
export const MatrixField = (props: Props) => (
  <table className="w-full table-fixed border-collapse">
    <caption className="sr-only">Which news come which way</caption>
    <thead>
      <tr>
        <td />
        {prefKinds.map((kind) => (
          <th
            key={kind}
            scope="col"
            title={wayWords[kind].long}
            className="w-12 py-2 text-xs font-medium text-muted last:pr-2 sm:w-18"
          >
            {wayWords[kind].short}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {matrixGroups.map(({ title, rows }) => (
        <Fragment key={title}>
          <tr className="border-t border-line bg-sunken">
            <th colSpan={5} scope="colgroup" className="px-4 py-1.5 text-left text-xs font-medium text-muted">
              {title}
            </th>
          </tr>
          {rows.map((row) => (
            <Row key={row.type} row={row} {...props} />
          ))}
        </Fragment>
      ))}
    </tbody>
  </table>
)
