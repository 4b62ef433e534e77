/** Everything the keyboard can do, as the `?` dialog shows it. */
export const shortcutGroups: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['⌘ K', 'Search or jump to'],
      ['?', 'Show this list'],
      ['g o', 'Go to the overview'],
      ['g m', 'Go to monitors'],
      ['g h', 'Go to heartbeats'],
      ['g a', 'Go to AI heartbeats'],
      ['g i', 'Go to incidents'],
      ['g n', 'Go to the inbox'],
      ['g r', 'Go to who is on call'],
      ['g c', 'Go to channels'],
      ['g p', 'Go to status pages'],
      ['g s', 'Go to settings'],
    ],
  },
  {
    title: 'Lists',
    keys: [
      ['/', 'Filter'],
      ['j', 'Next row'],
      ['k', 'Previous row'],
      ['x', 'Select the row'],
      ['Enter', 'Open the row'],
      ['n', 'New'],
    ],
  },
  { title: 'Monitor', keys: [['e', 'Edit']] },
  {
    title: 'Incidents',
    keys: [
      ['a', 'Acknowledge'],
      ['r', 'Resolve'],
      ['c', 'Write a comment'],
    ],
  },
]
export const onMac = /Mac|iPhone|iPad/.test(navigator.platform)
export const commandKey = onMac ? '⌘K' : 'Ctrl K'
