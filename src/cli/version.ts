import type { Command } from './define'

declare const BUILD_VERSION: string | undefined

/** Set at build time from the first heading of CHANGELOG.md; `dev` when run from source. */
export const version: string = typeof BUILD_VERSION === 'string' ? BUILD_VERSION : 'dev'

export const versionCommand: Command = {
  help: 'Usage: xinex version',
  options: {},
  async run() {
    console.log(`xinex ${version} (bun ${Bun.version}, ${process.platform}-${process.arch})`)
    return 0
  },
}
