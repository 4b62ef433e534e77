/** What the machine that runs the comparison has to have; each answers why it has not. */

export const notRoot = () => process.getuid?.() !== 0 && 'pings of blackbox_exporter need root'

const runs = (...argv: string[]) => {
  const { success, stdout } = Bun.spawnSync(argv)
  return success ? stdout.toString() : ''
}

export const noWayOut = () => !runs('ip', 'route', 'get', '198.51.100.1') && 'this machine has no route to others'

export const noNames = () =>
  !runs('dig', '+time=2', '+tries=1', 'nothing.invalid').includes('NXDOMAIN') &&
  'the name servers of this machine do not say that nothing.invalid does not exist'

export const noOwnNetwork = () =>
  !Bun.spawnSync(['unshare', '-n', 'ip', 'link', 'set', 'lo', 'up']).success &&
  'this machine does not let a test have a network of its own'
