/** `URL.parse` for browsers that lack it (before Chrome 126 and Safari 18): null instead of an exception. */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}
