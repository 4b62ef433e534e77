import './app.css'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { onSignedOut } from '@/api'
import { queryClient } from '@/query'
import { router } from '@/routes'
import { ToastProvider } from '@/ui/toast'
import { TooltipProvider } from '@/ui/tooltip'

onSignedOut(() => {
  const { href } = router.state.location
  if (href.startsWith('/sign-in')) return
  queryClient.clear()
  void router.navigate({ to: '/sign-in', search: { return_to: href } })
})

const home = document.getElementById('root')
if (!home) throw new Error('index.html has no #root')
createRoot(home).render(
  <StrictMode>
    {/* The content security policy forbids inline <style> elements. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <TooltipProvider>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </TooltipProvider>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
)
