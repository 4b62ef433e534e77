import { Link } from '@tanstack/react-router'
import { buttonClass } from '@/ui/button'
import { EmptyState, ErrorState } from '@/ui/states'

export const NotFound = () => (
  <EmptyState
    title="There is nothing at this address"
    heading="h1"
    className="min-h-[60dvh]"
    action={
      <Link to="/overview" className={buttonClass()}>
        Go to the overview
      </Link>
    }
  >
    It may have been deleted, or the link is not complete.
  </EmptyState>
)

export const PageError = ({ error, reset }: { error: unknown; reset: () => void }) => (
  <ErrorState error={error} retry={reset} title="This page could not be shown" className="min-h-[60dvh]" />
)
