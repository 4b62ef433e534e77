/**
 * The part of Mustache (https://mustache.github.io/mustache.5.html) that words need: values, sections, inverted sections,
 * lists and comments. No partials, no other delimiters, no functions, and no HTML escaping: a message is text, and each
 * channel escapes for itself. How much is rendered is bounded, whatever lists lie in each other.
 */

type Path = string[]
type Place = { line: number; column: number }
export type Node =
  | { kind: 'text'; text: string }
  | ({ kind: 'value'; path: Path } & Place)
  | ({ kind: 'section'; path: Path; inverted: boolean; inside: Node[] } & Place)
type Section = Extract<Node, { kind: 'section' }>

/** What is wrong with a template, and where. */
export class TemplateFault extends Error {
  constructor({ line, column }: Place, what: string) {
    super(`line ${line}, column ${column}: ${what}`)
  }
}

const MOST_DEEP = 10
const MOST_STEPS = 10_000
const NAME = /^(\.|[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*)$/

function placeOf(source: string, index: number): Place {
  const before = source.slice(0, index)
  const start = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: index - start + 1 }
}

type Tag = { sigil: string; name: string; from: number; until: number }

function tagAt(source: string, from: number): Tag {
  const triple = source.startsWith('{{{', from)
  const [open, close] = triple ? ['{{{', '}}}'] : ['{{', '}}']
  const end = source.indexOf(close, from + open.length)
  const place = placeOf(source, from)
  if (end < 0) throw new TemplateFault(place, `this ${open} is never closed`)
  const inner = source.slice(from + open.length, end).trim()
  const until = end + close.length
  const sigil = !triple && /^[#^/!&>=]/.test(inner) ? inner.slice(0, 1) : ''
  const name = inner.slice(sigil.length).trim()
  if (sigil === '!') return { sigil, name: '', from, until }
  if (sigil === '>') throw new TemplateFault(place, 'partials such as {{> this}} are not known here')
  if (sigil === '=') throw new TemplateFault(place, 'other delimiters are not known here')
  if (!NAME.test(name)) throw new TemplateFault(place, 'between the braces stands no name such as incident.title')
  return { sigil, name, from, until }
}

/** A section's tag or a comment alone on its line takes the line with it: where the line begins, and where the next one does. */
function lineAlone(source: string, { from, until }: Tag): { from: number; until: number } | undefined {
  const begin = source.lastIndexOf('\n', from - 1) + 1
  const rest = /^[ \t]*(\r?\n|$)/.exec(source.slice(until))
  return rest && /^[ \t]*$/.test(source.slice(begin, from)) ? { from: begin, until: until + rest[0].length } : undefined
}

const pathOf = (name: string): Path => (name === '.' ? [] : name.split('.'))

/** Reads a template; throws a `TemplateFault` for what it cannot mean. */
export function parse(source: string): Node[] {
  const root: Node[] = []
  const open: Section[] = []
  const here = () => open.at(-1)?.inside ?? root
  const say = (text: string) => text && here().push({ kind: 'text', text })
  let at = 0
  for (let from = source.indexOf('{{'); from >= 0; from = source.indexOf('{{', at)) {
    const tag = tagAt(source, from)
    const { sigil, name } = tag
    const place = placeOf(source, from)
    const alone = '#^/!'.includes(sigil || ' ') ? lineAlone(source, tag) : undefined
    say(source.slice(at, Math.max(at, alone?.from ?? from)))
    at = alone?.until ?? tag.until
    if (sigil === '!') continue
    if (sigil === '/') {
      const last = open.pop()
      if (!last) throw new TemplateFault(place, `{{/${name}}} closes nothing`)
      if (last.path.join('.') !== pathOf(name).join('.'))
        throw new TemplateFault(place, `{{/${name}}} stands where {{/${last.path.join('.')}}} is expected`)
    } else if (sigil === '#' || sigil === '^') {
      if (open.length === MOST_DEEP)
        throw new TemplateFault(place, `sections lie in each other ${MOST_DEEP} deep at most`)
      const section: Section = { kind: 'section', path: pathOf(name), inverted: sigil === '^', inside: [], ...place }
      here().push(section)
      open.push(section)
    } else here().push({ kind: 'value', path: pathOf(name), ...place })
  }
  const left = open.at(-1)
  if (left) throw new TemplateFault(left, `the section ${left.path.join('.') || '.'} is never closed`)
  say(source.slice(at))
  return root
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const inside = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** The first name is looked for from the innermost section outwards, the others only in what it is. */
export function lookUp(stack: readonly unknown[], [first, ...rest]: Path): unknown {
  if (first === undefined) return stack.at(-1)
  const holder = stack.findLast((one) => isObject(one) && Object.hasOwn(one, first))
  return rest.reduce(inside, inside(holder, first))
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === false || value === '' || value === 0 || isNothing(value)
const isNothing = (value: unknown) => Array.isArray(value) && value.length === 0

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** The text, at most `most` characters of it: nothing is rendered beyond them. */
export function render(template: Node[], data: Record<string, unknown>, most: number): string {
  let out = ''
  let steps = 0
  const done = () => out.length >= most || steps++ >= MOST_STEPS
  function go(nodes: Node[], stack: readonly unknown[]) {
    for (const node of nodes) {
      if (done()) return
      if (node.kind === 'text') out += node.text
      else if (node.kind === 'value') out += textOf(lookUp(stack, node.path))
      else section(node, stack)
    }
  }
  function section({ path, inverted, inside: inner }: Section, stack: readonly unknown[]) {
    const value = lookUp(stack, path)
    if (inverted || isEmpty(value)) {
      if (inverted === isEmpty(value)) go(inner, stack)
    } else for (const one of Array.isArray(value) ? value : [value]) if (!done()) go(inner, [...stack, one])
  }
  go(template, [data])
  return out.length > most ? `${out.slice(0, most - 1).toWellFormed()}…` : out
}
