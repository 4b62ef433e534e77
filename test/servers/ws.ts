import { join } from 'node:path'
import type * as Ws from 'ws'

// Bun answers `import 'ws'` with an implementation of its own; only by its path is the package itself to be had.
const path = join(import.meta.dir, '../../node_modules/ws/wrapper.mjs')
/** The `ws` package from npm. Safe: its types are those of the package. */
export const { WebSocketServer } = (await import(path)) as typeof Ws
