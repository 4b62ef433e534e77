import { expect, test } from 'bun:test'
import { jsonPathProblem } from '#probes/json-path'

test.each([
  'status.database',
  "checks[?name=='db'].status | [0]",
  'length(items[?state != `"ok"`])',
  "contains(tags, 'let $x')",
  '"$ref"',
  'max_by(nodes, &load).{name: name, load: load}',
  '@',
  'not_null(a, b, `{"type":"Root"}`)',
])('the expression %s is fine', (source) => expect(jsonPathProblem(source)).toBeUndefined())

test.each(['a[', '', 'a..b', '['.repeat(900)])('%s is no expression', (source) => {
  expect(jsonPathProblem(source)).toBe('is not a JMESPath expression')
})

test.each([
  ['map(&sum($[*].a), @)', 'whole document'],
  ['let $all = @ in map(&length($all), @)', 'variables'],
  ['pad_left(@, `1000000000`)', 'pad_left() '],
  [`[@,@][]${'|[@,@][]'.repeat(30)}`, 'too complicated'],
  [`${'to_string(to_array('.repeat(40)}@${'))'.repeat(40)}`, 'too complicated'],
  ['[]'.repeat(900), 'too complicated'],
  ['[::1]'.repeat(380), 'too complicated'],
  [`[*].{${Array.from({ length: 300 }, (_, i) => `a${i}:@`)}}`, 'too complicated'],
  [`[*].[${'@,'.repeat(30)}@]`, 'too complicated'],
  [`[?${'a||'.repeat(400)}a]`, 'too complicated'],
  [`[?sort(\`[${'9,'.repeat(700)}9]\`)==@]`, 'value of more than'],
])('%s would take too long or too much and is refused', (source, why) => {
  expect(jsonPathProblem(source)).toContain(why.trim())
})
