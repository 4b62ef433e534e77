import { useRouter } from '@tanstack/react-router'
import { isForServer, safeReturn, signedIn } from '@/session'
import type { SignedIn } from '@/types'

/** Goes on to where somebody wanted to go before they had to say who they are. */
export function useEnter() {
  const { history } = useRouter()
  return (answer: SignedIn, return_to?: string) => {
    signedIn(answer)
    const path = safeReturn(return_to)
    if (isForServer(path)) location.replace(path)
    else history.replace(path)
  }
}
