const ESCAPES: Record<string, string> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' }

/** What a person typed, with \r, \n, \t, \0 and \\ made into the characters they stand for. */
export const unescaped = (text: string) =>
  text.replace(/\\([rnt0\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter)

const digitsOf = (text: string) => text.replace(/0x|[\s:,]/gi, '')

/** Why a text is not a row of bytes in hexadecimal, or undefined. Spaces, colons, commas and 0x may stand between them. */
export function hexProblem(text: string): string | undefined {
  const digits = digitsOf(text)
  if (!/^[0-9a-f]*$/i.test(digits)) return 'must be bytes in hexadecimal, such as “ff 00 1a”'
  return digits.length % 2 ? 'has half a byte too much: each byte is two digits' : undefined
}

export const bytesOfHex = (text: string) => Buffer.from(digitsOf(text), 'hex')

/** One line a server said, fit for a sentence: nothing that cannot be printed, and not too long. */
export function quoted(line: string, limit = 120): string {
  const clean = line.replace(/[\p{Cc}\p{Cf}\ufffd]+/gu, '·').trim()
  return `“${clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean}”`
}
