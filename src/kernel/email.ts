/** The spelling that accounts are compared by. */
export const normalEmail = (email: string) => email.trim().toLowerCase()

/** What stands after the last @, in lower case. */
export const domainOf = (email: string) => normalEmail(email).split('@').at(-1) ?? ''
