import { useCallback, useState } from 'react'

/** Ids picked by hand; survives scrolling and filtering, and forgets nothing on its own. */
export function useSelection() {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback(
    (id: string) =>
      setIds((before) => {
        const next = new Set(before)
        if (!next.delete(id)) next.add(id)
        return next
      }),
    [],
  )
  const clear = useCallback(() => setIds(new Set()), [])
  const put = useCallback((many: readonly string[]) => setIds(new Set(many)), [])
  return { ids, toggle, clear, put }
}
