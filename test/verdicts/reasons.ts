/** Why an anchor says something else, where several rows have the same reason. */

export const CLIENT_ERROR = 'check_http calls 4xx a warning; here a status that is not accepted is down.'
export const ONLY_DATES = 'check_tcp reads nothing of a certificate but its dates.'
export const GREETING = 'check_smtp only warns of a server that turns everybody away.'
export const NO_DATABASE = 'blackbox_exporter has no prober for databases: it sees that the port is open, no more.'
export const NOT_ITS_FAULT =
  'This machine itself has no way there, which says nothing about the target; the others count it as down.'
