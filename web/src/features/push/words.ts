/** Why notifications cannot be had in this browser, as it is. */
export type Obstacle = 'insecure' | 'home_screen' | 'unsupported' | 'denied'

export type Surroundings = {
  /** Browsers offer this only to pages that came over https, or from this very computer. */
  secure: boolean
  /** The browser can do it. */
  able: boolean
  permission: NotificationPermission
  user_agent: string
  /** Opened from the home screen, like an app. */
  standalone: boolean
  touch: boolean
}

/** An iPad says it is a Mac, but no Mac has a touch screen. */
const isApple = ({ user_agent, touch }: Surroundings) =>
  /iPhone|iPad|iPod/.test(user_agent) || (/Macintosh/.test(user_agent) && touch)

export function obstacleIn(around: Surroundings): Obstacle | null {
  if (!around.secure) return 'insecure'
  // https://webkit.org/blog/13878/web-push-for-web-apps-on-ios-and-ipados/
  if (isApple(around) && !around.standalone) return 'home_screen'
  if (!around.able) return 'unsupported'
  return around.permission === 'denied' ? 'denied' : null
}

export const hints: Record<Obstacle, string> = {
  insecure:
    'Browsers allow this only where the address of Xinex begins with https://, or on the computer it runs on (localhost). Set up https to use it.',
  home_screen:
    'On iPhone and iPad, open the share menu of Safari, choose “Add to Home Screen”, and open Xinex from there. Then it can be turned on here.',
  unsupported: 'This browser cannot show notifications of pages. Private windows often cannot either.',
  denied:
    'Notifications from this address are blocked in this browser. Allow them in its settings for this page, then reload.',
}
