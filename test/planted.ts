// Secrets that can be told from everything else, and the ways in which they may turn up where they must not.

/** Recognisable, with characters that each way of writing a secret spells differently. */
export const plant = (name: string) => `${name}-S3cr3t+/&"=${crypto.randomUUID()}`
/** Without them, for places that take only some characters. */
export const plain = (name: string) => `${name}S3cr3t${crypto.randomUUID().replaceAll('-', '')}`

/** Every way of writing a secret that a careless place may have used. */
export const spellings = (secret: string) => {
  const bytes = Buffer.from(secret)
  return [
    secret,
    // However often it was escaped, this part of it stays as it is.
    secret.slice(-24),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/&/g, '&amp;').replace(/"/g, '&quot;'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]
}
