import { useCallback, useState } from 'react'

type Selection = { ids: ReadonlySet<string>; all: boolean }
const NONE: Selection = { ids: new Set(), all: false }

/**
 * Ids picked by hand; survives scrolling, and forgets nothing on its own. `all` means everything that matches the
 * filter, also what was never loaded; picking one row by hand ends that.
 */
export function useSelection() {
  const [{ ids, all }, set] = useState(NONE)
  const toggle = useCallback(
    (id: string) =>
      set((before) => {
        const next = new Set(before.ids)
        if (!next.delete(id)) next.add(id)
        return { ids: next, all: false }
      }),
    [],
  )
  const clear = useCallback(() => set(NONE), [])
  const put = useCallback((many: readonly string[], all = false) => set({ ids: new Set(many), all }), [])
  return { ids, all, toggle, clear, put }
}
