import { useEffect } from 'react'

/** Name of the page in the tab and the history; the workspace's trouble belongs into the page, not here. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Xinex` : 'Xinex'
  }, [title])
}
