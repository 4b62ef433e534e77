import { type Block, blocksOf, spansOf } from './markdown'

const Text = ({ text }: { text: string }) => (
  <>
    {Object.entries(spansOf(text)).map(([key, { kind, text: part }]) => {
      if (kind === 'strong') return <strong key={key}>{part}</strong>
      if (kind === 'em') return <em key={key}>{part}</em>
      if (kind === 'code')
        return (
          <code key={key} className="font-mono text-xs">
            {part}
          </code>
        )
      return part
    })}
  </>
)

function Part({ block }: { block: Block }) {
  if (block.kind === 'heading') {
    // Below the heading of the card, whatever the document begins with.
    const Heading = block.level <= 2 ? 'h3' : 'h4'
    return (
      <Heading className="mt-2 text-md font-medium">
        <Text text={block.text} />
      </Heading>
    )
  }
  if (block.kind === 'list')
    return (
      <ul className="list-disc pl-5">
        {Object.entries(block.items).map(([key, item]) => (
          <li key={key}>
            <Text text={item} />
          </li>
        ))}
      </ul>
    )
  if (block.kind === 'table')
    return (
      <div className="overflow-x-auto">
        <table className="text-left">
          <tbody>
            {Object.entries(block.rows).map(([line, row]) => (
              <tr key={line}>
                {Object.entries(row).map(([column, cell]) => (
                  <td key={column} className="pr-4 align-top">
                    <Text text={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )
  return (
    <p className="whitespace-pre-line">
      <Text text={block.text} />
    </p>
  )
}

/** Markdown as elements: nothing in it is ever taken for HTML. */
export const MarkdownView = ({ source }: { source: string }) => (
  <div className="grid gap-2 text-sm wrap-anywhere">
    {Object.entries(blocksOf(source)).map(([place, block]) => (
      <Part key={place} block={block} />
    ))}
  </div>
)
