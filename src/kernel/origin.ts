import type { Config } from '#kernel/config'

/**
 * The address of this appliance as its configuration states it, without a slash at the end: links in mails, issuer of
 * tokens, callbacks. Never taken from a request: a forged Host header would send a reset link to somebody else.
 */
export function originOf({ publicUrl, listen: { host, port } }: Pick<Config, 'publicUrl' | 'listen'>): string {
  if (publicUrl) return publicUrl
  const everywhere = host === '' || host === '0.0.0.0' || host === '::'
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}${port === 80 ? '' : `:${port}`}`
}
