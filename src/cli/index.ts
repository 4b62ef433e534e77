import type { Command } from './define'

type Entry = { summary: string; load: () => Promise<Command> }

/** Each is loaded when it is asked for: a prober needs nothing of the appliance, its database least of all. */
export const commands: Record<string, Entry> = {
  serve: {
    summary: 'Run the appliance',
    load: async () => (await import('./serve')).serve,
  },
  prober: {
    summary: 'Check from here for a Xinex elsewhere',
    load: async () => (await import('./prober')).prober,
  },
  migrate: {
    summary: 'Bring the database to this version, after a backup copy, without starting',
    load: async () => (await import('./migrate')).migrateCommand,
  },
  admin: {
    summary: 'Users from the command line: create, list, let in again',
    load: async () => (await import('./admin')).admin,
  },
  doctor: {
    summary: 'Look for what would keep the appliance from working',
    load: async () => (await import('./doctor')).doctor,
  },
  version: {
    summary: 'Print the version',
    load: async () => (await import('./version')).versionCommand,
  },
}
