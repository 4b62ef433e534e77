import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { NoticeEvent } from '#contract/events'
import { fieldsOf, sentenceOf } from '@/api'
import { Notice } from '@/ui/field'
import { sentence } from '@/ui/format'
import { Skeleton } from '@/ui/states'
import { previewQuery, type Words } from './queries'

const PAUSE_MS = 300

/** What was typed once the hands rest. */
function useRested(words: Words): Words {
  const [rested, setRested] = useState(words)
  useEffect(() => {
    const timer = setTimeout(() => setRested(words), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [words])
  return rested
}

/** What the message would look like, about an example; or line and column of what is wrong with it. */
export function Preview({ event, words }: { event: NoticeEvent; words: Words }) {
  const rested = useRested(words)
  const { data, error } = useQuery(previewQuery(event, rested))
  const wrong = error ? Object.entries(fieldsOf(error)) : []
  return (
    <section aria-labelledby="preview" className="border-t border-line bg-sunken px-4 py-4 rounded-b-lg">
      <h3 id="preview" className="mb-2 text-xs font-medium text-muted">
        Preview, with an example
      </h3>
      {error && (
        <Notice>
          {wrong.length > 0
            ? wrong.map(([name, text]) => (
                <div key={name}>
                  {name === 'title' ? 'Title' : 'Text'}: {sentence(text)}
                </div>
              ))
            : sentence(sentenceOf(error))}
        </Notice>
      )}
      {!error && !data && <Skeleton className="h-14 w-full rounded-md" />}
      {!error && data && (
        <div data-preview className="rounded-md border border-line bg-surface px-3 py-2.5">
          <div className="text-sm font-semibold wrap-anywhere">{data.title}</div>
          {data.body && <p className="mt-1 text-sm whitespace-pre-wrap text-muted wrap-anywhere">{data.body}</p>}
        </div>
      )}
    </section>
  )
}
