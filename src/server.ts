import { fail } from '#kernel/fail'
import { errorBody } from '#kernel/http'
import type { Appliance } from './app'

/** Listens for HTTP and WebSocket; every answer is the appliance's own, never a page of the runtime. */
export function listen({ app, accept, socket }: Appliance, { host, port }: { host: string; port: number }) {
  return Bun.serve({
    hostname: host,
    port,
    development: false,
    // The gateway counts while it reads and answers in the documented shape; Bun's own 413 would be empty.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: 60,
    fetch: (request, server) => accept(request, server.requestIP(request)?.address, server),
    error(error) {
      app.log.error('a request failed before it was understood', { error })
      return Response.json(errorBody(fail('INTERNAL_ERROR')), { status: 500 })
    },
    websocket: socket.websocket,
  })
}
