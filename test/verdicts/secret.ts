/** Of every account on the servers of the comparison. */
export const PASSWORD = 'a long pass phrase'
