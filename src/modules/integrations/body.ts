import { isTooDeep } from '#kernel/body'

type Body = { value: unknown } | { fault: string }

/** JSON as other programs write it: half a character or a wrong byte in it is no reason to lose an alarm. */
function parsed(text: string): Body {
  if (isTooDeep(text)) return { fault: 'The body is nested too deep' }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { fault: 'The body is not valid JSON' }
  }
}

/** A body as text, or as the object that a person gave as a sample. */
export function bodyOf(given: unknown, form: boolean): Body {
  if (typeof given !== 'string') return { value: given }
  const text = given.trim()
  // Whoever posts with curl says that it is a form, whatever it is.
  if (!form || /^[[{]/.test(text)) return text === '' ? { fault: 'The body is empty' } : parsed(text)
  return { value: Object.fromEntries(new URLSearchParams(text)) }
}
