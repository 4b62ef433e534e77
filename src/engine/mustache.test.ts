import { describe, expect, test } from 'bun:test'
import { parse, render } from '#engine/mustache'

const say = (template: string, data: Record<string, unknown> = {}, most = 4_000) => render(parse(template), data, most)
const fault = (template: string) => {
  try {
    parse(template)
  } catch (error) {
    return (error as Error).message
  }
}

// Cases of https://github.com/mustache/spec/tree/master/specs (1.4), without those about HTML, delimiters and partials.
describe('as the specification of Mustache says', () => {
  test.each<[string, string, Record<string, unknown>, string]>([
    ['No Interpolation', 'Hello from {Mustache}!\n', {}, 'Hello from {Mustache}!\n'],
    ['Basic Interpolation', 'Hello, {{subject}}!\n', { subject: 'world' }, 'Hello, world!\n'],
    ['Triple Mustache', '{{{forbidden}}}', { forbidden: '& " < >' }, '& " < >'],
    ['Ampersand', '{{&forbidden}}', { forbidden: '& " < >' }, '& " < >'],
    ['Integer', '"{{mph}} miles an hour!"', { mph: 85 }, '"85 miles an hour!"'],
    ['Null', 'I ({{cannot}}) be seen!', { cannot: null }, 'I () be seen!'],
    ['Context Miss', 'I ({{cannot}}) be seen!', {}, 'I () be seen!'],
    ['Dotted Names - Basic', '{{person.name}}', { person: { name: 'Joe' } }, 'Joe'],
    [
      'Dotted Names - Arbitrary Depth',
      '{{a.b.c.d.e.name}}',
      { a: { b: { c: { d: { e: { name: 'Phil' } } } } } },
      'Phil',
    ],
    ['Dotted Names - Broken Chains', '{{a.b.c}}', { a: {} }, ''],
    ['Dotted Names - Broken Chain Resolution', '{{a.b.c.name}}', { a: { b: {} }, c: { name: 'Jim' } }, ''],
    [
      'Dotted Names - Initial Resolution',
      '{{#a}}{{b.name}}{{/a}}',
      { a: { b: { name: 'Phil' } }, b: { name: 'x' } },
      'Phil',
    ],
    ['Dotted Names - Context Precedence', '{{#a}}{{b.c}}{{/a}}', { a: { b: {} }, b: { c: 'ERROR' } }, ''],
    ['Implicit Iterators', 'Hello, {{.}}!', {}, 'Hello, !'],
    ['Interpolation - Standalone', '  {{string}}\n', { string: '---' }, '  ---\n'],
    ['Interpolation With Padding', '|{{ string }}|', { string: '---' }, '|---|'],
    ['Truthy', '"{{#boolean}}This should be rendered.{{/boolean}}"', { boolean: true }, '"This should be rendered."'],
    ['Falsey', '"{{#boolean}}This should not be rendered.{{/boolean}}"', { boolean: false }, '""'],
    ['Null is falsey', '"{{#null}}x{{/null}}"', { null: null }, '""'],
    ['Context', '"{{#context}}Hi {{name}}.{{/context}}"', { context: { name: 'Joe' } }, '"Hi Joe."'],
    [
      'Parent contexts',
      '"{{#sec}}{{a}}, {{b}}, {{c.d}}{{/sec}}"',
      { a: 'foo', b: 'wrong', sec: { b: 'bar' }, c: { d: 'baz' } },
      '"foo, bar, baz"',
    ],
    ['List', '"{{#list}}{{item}}{{/list}}"', { list: [{ item: 1 }, { item: 2 }, { item: 3 }] }, '"123"'],
    ['Empty List', '"{{#list}}Yay lists!{{/list}}"', { list: [] }, '""'],
    [
      'Doubled',
      '{{#bool}}\n* first\n{{/bool}}\n* {{two}}\n{{#bool}}\n* third\n{{/bool}}\n',
      { bool: true, two: 'second' },
      '* first\n* second\n* third\n',
    ],
    ['Nested (Truthy)', '| A {{#bool}}B {{#bool}}C{{/bool}} D{{/bool}} E |', { bool: true }, '| A B C D E |'],
    ['Implicit Iterator - String', '"{{#list}}({{.}}){{/list}}"', { list: ['a', 'b', 'c'] }, '"(a)(b)(c)"'],
    [
      'Implicit Iterator - Array',
      '"{{#list}}({{#.}}{{.}}{{/.}}){{/list}}"',
      {
        list: [
          [1, 2],
          ['a', 'b'],
        ],
      },
      '"(12)(ab)"',
    ],
    ['Surrounding Whitespace', ' | {{#boolean}}\t|\t{{/boolean}} | \n', { boolean: true }, ' | \t|\t | \n'],
    [
      'Standalone Lines',
      '| This Is\n{{#boolean}}\n|\n{{/boolean}}\n| A Line\n',
      { boolean: true },
      '| This Is\n|\n| A Line\n',
    ],
    [
      'Indented Standalone Lines',
      '| This Is\n  {{#boolean}}\n|\n  {{/boolean}}\n| A Line\n',
      { boolean: true },
      '| This Is\n|\n| A Line\n',
    ],
    ['Standalone Line Endings', '|\r\n{{#boolean}}\r\n{{/boolean}}\r\n|', { boolean: true }, '|\r\n|'],
    ['Standalone Without Previous Line', '  {{#boolean}}\n#{{/boolean}}\n/', { boolean: true }, '#\n/'],
    ['Standalone Without Newline', '#{{#boolean}}\n/\n  {{/boolean}}', { boolean: true }, '#\n/\n'],
    ['Padding', '|{{# boolean }}={{/ boolean }}|', { boolean: true }, '|=|'],
    [
      'Inverted - Falsey',
      '"{{^boolean}}This should be rendered.{{/boolean}}"',
      { boolean: false },
      '"This should be rendered."',
    ],
    ['Inverted - Truthy', '"{{^boolean}}x{{/boolean}}"', { boolean: true }, '""'],
    ['Inverted - Empty List', '"{{^list}}Empty lists{{/list}}"', { list: [] }, '"Empty lists"'],
    ['Inverted - Context Misses', '[{{^missing}}Cannot find key!{{/missing}}]', {}, '[Cannot find key!]'],
    ['Comments - Inline', '12345{{! Comment Block! }}67890', {}, '1234567890'],
    ['Comments - Multiline', '12345{{!\n  multi-line comment...\n}}67890\n', {}, '1234567890\n'],
    ['Comments - Standalone', 'Begin.\n{{! Comment Block! }}\nEnd.\n', {}, 'Begin.\nEnd.\n'],
    ['Comments - Indented Inline', '  12 {{! 34 }}\n', {}, '  12 \n'],
  ])('%s', (_, template, data, text) => {
    expect(say(template, data)).toBe(text)
  })
})

describe('what it cannot mean is refused, with its place', () => {
  test.each([
    ['Hello {{name', 'line 1, column 7: this {{ is never closed'],
    ['{{{name}}', 'line 1, column 1: this {{{ is never closed'],
    ['one\n {{#a}}x', 'line 2, column 2: the section a is never closed'],
    ['{{#a}}{{/b}}', 'line 1, column 7: {{/b}} stands where {{/a}} is expected'],
    ['x{{/a}}', 'line 1, column 2: {{/a}} closes nothing'],
    ['{{}}', 'line 1, column 1: between the braces stands no name'],
    ['{{a b}}', 'line 1, column 1: between the braces stands no name'],
    ['{{a..b}}', 'line 1, column 1: between the braces stands no name'],
    ['{{> other}}', 'line 1, column 1: partials'],
    ['{{=<% %>=}}', 'line 1, column 1: other delimiters'],
    ['{{#a}}'.repeat(11), 'line 1, column 61: sections lie in each other 10 deep at most'],
  ])('%j', (template, message) => {
    expect(fault(template)).toStartWith(message)
  })
})

test('what a value says is never read as a template, and nothing of the language itself can be named', () => {
  expect(say('{{a}}', { a: '{{b}}', b: 'secret' })).toBe('{{b}}')
  for (const name of ['constructor', '__proto__', 'toString', 'a.constructor.name', 'a.length', 'list.length'])
    expect(say(`[{{${name}}}]`, { a: 'x', list: ['x'] })).toBe('[]')
})

test('lists in lists render no more than fits', () => {
  const list = Array.from({ length: 100 }, () => 'x')
  const bomb = '{{#list}}'.repeat(10) + '{{/list}}'.repeat(10)
  expect(say(bomb, { list })).toBe('')
  const loud = `${'{{#list}}'.repeat(10)}abc${'{{/list}}'.repeat(10)}`
  const text = say(loud, { list }, 50)
  expect(text).toHaveLength(50)
  expect(text).toEndWith('…')
})
