import { compile } from '@jmespath-community/jmespath'

/** Of these, none makes much out of little, as padding and replacing do. */
const FUNCTIONS = new Set(
  (
    'abs avg ceil contains ends_with floor join keys length lower map max max_by merge min min_by not_null reverse ' +
    'sort sort_by starts_with sum to_array to_number to_string trim type upper values'
  ).split(' '),
)
/** Each call can double its input, and each list of several values multiplies it. */
const MOST_CALLS = 8
const MOST_SELECTS = 1
/** Each value that is put into the answer is a copy of it when it is shown. */
const MOST_SELECTED = 10
/** Each step may walk the whole answer of a megabyte. */
const MOST_STEPS = 64
/** What is written into the expression is walked for each item of the answer. */
const MOST_LITERAL_CHARS = 200

type Node = { type?: unknown; name?: unknown; children?: unknown; value?: unknown }

function* nodesOf(tree: unknown): Generator<Node> {
  if (typeof tree !== 'object' || tree === null) return
  if ('type' in tree) yield tree
  // What a literal holds is data.
  if ('type' in tree && tree.type === 'Literal') return
  for (const below of Object.values(tree)) yield* nodesOf(below)
}

/**
 * Why an expression cannot be used, or undefined. JMESPath always ends, but not soon: a look back at the whole document
 * for each of its items, or doubling a list twenty times, stops everything else here for minutes.
 */
export function jsonPathProblem(source: string): string | undefined {
  let nodes: Node[]
  try {
    nodes = [...nodesOf(compile(source))]
  } catch {
    return 'is not a JMESPath expression'
  }
  const calls = nodes.filter(({ type }) => type === 'Function')
  const foreign = calls.find(({ name }) => !FUNCTIONS.has(String(name)))
  if (foreign) return `uses ${foreign.name}(), which is not available here`
  if (nodes.some(({ type }) => type === 'Root' || type === 'LetExpression' || type === 'Variable'))
    return 'must not look back at the whole document ($) or use variables'
  const selects = nodes.filter(({ type }) => type === 'MultiSelectList' || type === 'MultiSelectHash')
  const selected = selects.some(({ children }) => Array.isArray(children) && children.length > MOST_SELECTED)
  const isLong = ({ type, value }: Node) =>
    type === 'Literal' && (JSON.stringify(value)?.length ?? 0) > MOST_LITERAL_CHARS
  if (nodes.length > MOST_STEPS || calls.length > MOST_CALLS || selects.length > MOST_SELECTS || selected)
    return 'is too complicated: pick one value'
  if (nodes.some(isLong)) return `must not contain a value of more than ${MOST_LITERAL_CHARS} characters`
}
