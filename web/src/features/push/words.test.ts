import { expect, test } from 'bun:test'
import { obstacleIn, type Surroundings } from './words'

const desktop: Surroundings = {
  ...{ secure: true, able: true, permission: 'default', standalone: false, touch: false },
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
}
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15'
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1'

test.each([
  ['a browser on a desktop', {}, null],
  ['one that allows it already', { permission: 'granted' }, null],
  ['one whose owner has blocked it', { permission: 'denied' }, 'denied'],
  ['one that cannot', { able: false }, 'unsupported'],
  ['a page over plain http, whatever else', { secure: false, able: false, permission: 'denied' }, 'insecure'],
  ['a Mac', { user_agent: mac }, null],
  ['an iPad, which says it is a Mac', { user_agent: mac, touch: true, able: false }, 'home_screen'],
  ['an iPhone in Safari', { user_agent: iphone, touch: true, able: false }, 'home_screen'],
  ['an iPhone that opened it from the home screen', { user_agent: iphone, touch: true, standalone: true }, null],
  ['a touch screen of another maker', { touch: true }, null],
] as const)('%s', (_, around, obstacle) => {
  expect(obstacleIn({ ...desktop, ...around })).toBe(obstacle)
})
