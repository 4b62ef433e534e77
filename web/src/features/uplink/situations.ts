export type Situation = 'internet' | 'home' | 'closed'
/** `anchor`: a place that is known; without one the person has to name it. */
export type Idea = { title: string; text: string; anchor?: string }
type Facts = { value: Situation; label: string; text: string; ideas: Idea[] }

/**
 * What makes a good anchor, by where the appliance stands. Nothing here is asked before a person adds it: an address of
 * somebody else is their choice, not ours.
 */
export const situations: readonly Facts[] = [
  {
    value: 'internet',
    label: 'On the internet',
    text: 'A rented server, and what it watches is elsewhere on the internet. Choose two or three places of different owners, reached over different networks: a line that is cut cuts them all, one owner’s outage does not.',
    ideas: [
      { title: 'Quad9, a public name server', text: 'A foundation in Switzerland.', anchor: '9.9.9.9:53' },
      { title: 'Cloudflare, a public name server', text: 'A company in the USA.', anchor: '1.1.1.1:53' },
      { title: 'Google, a public name server', text: 'A company in the USA.', anchor: '8.8.8.8:53' },
      {
        title: 'A name server of your provider',
        text: 'Its documentation names it; with “:53” at its end.',
      },
    ],
  },
  {
    value: 'home',
    label: 'Home or office',
    text: 'A machine behind a router, which watches things on the internet, and things in the house. Choose places behind the line that fails most, not the router itself: it answers while the line is out, and then everything outside would be reported as down.',
    ideas: [
      {
        title: 'A name server of your line’s provider',
        text: 'The router’s status page names it; with “:53” at its end.',
      },
      {
        title: 'Something far away that is yours',
        text: 'A rented server, another office: by its name and a port that is open.',
      },
      { title: 'Quad9, a public name server', text: 'A foundation in Switzerland.', anchor: '9.9.9.9:53' },
      {
        title: 'Your router, if all you watch is in the house',
        text: 'Then its answer says that the house’s network works.',
      },
    ],
  },
  {
    value: 'closed',
    label: 'Closed network',
    text: 'No way to the internet. Choose two or three things in the network that are always on and do not hang on the same switch as this machine.',
    ideas: [
      { title: 'The gateway of another segment', text: 'By its address alone: it is pinged.' },
      { title: 'The name server or domain controller', text: 'With “:53” or “:389” at its end.' },
      { title: 'The time server', text: 'By its address alone: it is pinged.' },
    ],
  },
]
